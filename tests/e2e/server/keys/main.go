// Writes the keys and certificates of one run into a folder: ca.crt; server.crt and .key for 127.0.0.1; sa.key to sign
// the tokens of service accounts; and for each argument name:organization:organization a client's name.crt and .key.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	folder := os.Args[1]
	ca := template("auditlint e2e", nil)
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	caKey := newKey()
	writeCertificate(folder, "ca", ca, ca, caKey, caKey)

	server := template("kube-apiserver", nil)
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	issue(folder, "server", server, ca, caKey)
	for _, argument := range os.Args[2:] {
		parts := strings.Split(argument, ":")
		client := template(parts[0], parts[1:])
		client.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		issue(folder, parts[0], client, ca, caKey)
	}
	writeKey(folder, "sa", newKey())
}

func template(name string, organizations []string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	check(err)
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: organizations},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func issue(folder, name string, certificate, ca *x509.Certificate, caKey *ecdsa.PrivateKey) {
	key := newKey()
	writeKey(folder, name, key)
	writeCertificate(folder, name, certificate, ca, key, caKey)
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func writeKey(folder, name string, key *ecdsa.PrivateKey) {
	data, err := x509.MarshalECPrivateKey(key)
	check(err)
	write(folder, name+".key", "EC PRIVATE KEY", data)
}

func writeCertificate(folder, name string, certificate, ca *x509.Certificate, key, caKey *ecdsa.PrivateKey) {
	data, err := x509.CreateCertificate(rand.Reader, certificate, ca, &key.PublicKey, caKey)
	check(err)
	write(folder, name+".crt", "CERTIFICATE", data)
}

func write(folder, name, kind string, data []byte) {
	check(os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
