package main

import (
	"encoding/json"
	"io"
	"net"

	"github.com/spf13/pflag"
	"k8s.io/apiserver/pkg/server/options"
	cliflag "k8s.io/component-base/cli/flag"
)

// knownFlag is a flag of kube-apiserver that has nothing to do with auditing but may stand beside those that have.
type knownFlag struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Bare string `json:"bare"` // the value that the flag takes when none is given; empty: it needs one
}

type flagsAnswer struct {
	Parse      string            `json:"parse"`
	Validate   []string          `json:"validate"`
	Positional []string          `json:"positional"`
	Values     map[string]string `json:"values"`
}

// flags parses a list of arguments as kube-apiserver does (cobra hands them to pflag as they are) and then runs the
// validation of the audit options. Values are those of the flags that were given.
func flags(question json.RawMessage) (any, error) {
	var asked struct {
		Args  []string    `json:"args"`
		Known []knownFlag `json:"known"`
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	audit := options.NewAuditOptions()
	set := newFlagSet(audit, asked.Known)
	reply := flagsAnswer{Validate: []string{}, Positional: []string{}, Values: map[string]string{}}
	if err := set.Parse(asked.Args); err != nil {
		reply.Parse = err.Error()
		return reply, nil
	}
	for _, err := range audit.Validate() {
		reply.Validate = append(reply.Validate, err.Error())
	}
	drainLog()
	reply.Positional = append(reply.Positional, set.Args()...)
	set.Visit(func(given *pflag.Flag) { reply.Values[given.Name] = given.Value.String() })
	return reply, nil
}

func newFlagSet(audit *options.AuditOptions, known []knownFlag) *pflag.FlagSet {
	set := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	audit.AddFlags(set)
	for _, other := range known {
		if set.Lookup(other.Name) == nil {
			other.define(set)
		}
	}
	return set
}

func (k knownFlag) define(set *pflag.FlagSet) {
	shorthand := ""
	if len(k.Name) == 1 {
		shorthand = k.Name // as pflag does with flags of Go's own flag package, such as klog's v
	}
	set.VarP(k.value(), k.Name, shorthand, "")
	set.Lookup(k.Name).NoOptDefVal = k.Bare
}

// value borrows the value of pflag's own type; any other type takes every text.
func (k knownFlag) value() pflag.Value {
	scratch := pflag.NewFlagSet("", pflag.ContinueOnError)
	switch k.Type {
	case "bool":
		scratch.Bool(k.Name, false, "")
	case "int", "Level":
		scratch.Int(k.Name, 0, "")
	case "int32":
		scratch.Int32(k.Name, 0, "")
	case "int64":
		scratch.Int64(k.Name, 0, "")
	case "uint":
		scratch.Uint(k.Name, 0, "")
	case "float32":
		scratch.Float32(k.Name, 0, "")
	case "float64":
		scratch.Float64(k.Name, 0, "")
	case "duration":
		scratch.Duration(k.Name, 0, "")
	case "ip":
		scratch.IP(k.Name, net.IP{}, "")
	case "stringSlice":
		scratch.StringSlice(k.Name, nil, "")
	case "stringArray":
		scratch.StringArray(k.Name, nil, "")
	case "stringToString":
		scratch.StringToString(k.Name, nil, "")
	case "int32Slice":
		scratch.Int32Slice(k.Name, nil, "")
	default:
		scratch.String(k.Name, "", "")
	}
	return scratch.Lookup(k.Name).Value
}
