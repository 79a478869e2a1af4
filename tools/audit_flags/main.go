// Prints, as JSON, the flags that the audit options of k8s.io/apiserver register; which release is for go.mod to say.
package main

import (
	"encoding/json"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/apiserver/pkg/server/options"
)

type flag struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Default    string `json:"default"`
	Deprecated bool   `json:"deprecated"`
	Bare       string `json:"bare"` // the value when the flag stands alone; empty if it needs one
}

func main() {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	options.NewAuditOptions().AddFlags(set)
	flags := []flag{}
	set.VisitAll(func(f *pflag.Flag) {
		flags = append(flags, flag{f.Name, f.Value.Type(), f.DefValue, f.Deprecated != "", f.NoOptDefVal})
	})
	if err := json.NewEncoder(os.Stdout).Encode(flags); err != nil {
		panic(err)
	}
}
