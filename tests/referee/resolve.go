package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	apirequest "k8s.io/apiserver/pkg/endpoints/request"
	genericapiserver "k8s.io/apiserver/pkg/server"
)

type resolveAnswer struct {
	Error           string `json:"error"`
	ResourceRequest bool   `json:"resourceRequest"`
	Verb            string `json:"verb"`
	Path            string `json:"path"`
	APIGroup        string `json:"apiGroup"`
	APIVersion      string `json:"apiVersion"`
	Resource        string `json:"resource"`
	Subresource     string `json:"subresource"`
	Namespace       string `json:"namespace"`
	Name            string `json:"name"`
}

// resolver reads paths as kube-apiserver does, which serves /api without and /apis with API groups.
var resolver = genericapiserver.NewRequestInfoResolver(&genericapiserver.Config{
	LegacyAPIGroupPrefixes: sets.NewString(genericapiserver.DefaultLegacyAPIPrefix),
})

func resolve(question json.RawMessage) (any, error) {
	var asked struct {
		Method string `json:"method"`
		URL    string `json:"url"`
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	info, err := requestInfo(asked.Method, asked.URL)
	drainLog()
	if err != nil {
		return resolveAnswer{Error: err.Error()}, nil
	}
	return resolveAnswer{
		"", info.IsResourceRequest, info.Verb, info.Path, info.APIGroup, info.APIVersion,
		info.Resource, info.Subresource, info.Namespace, info.Name,
	}, nil
}

// requestInfo lets net/http read the request line, as on the wire, so that what never gets past it is an error too.
func requestInfo(method, url string) (*apirequest.RequestInfo, error) {
	wire := method + " " + url + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	received, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil {
		return nil, err
	}
	return resolver.NewRequestInfo(received)
}
