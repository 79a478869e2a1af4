// Referee answers what kube-apiserver does with audit policies, requests and flags, by asking the code of
// k8s.io/apiserver itself: one question as a JSON line on standard input, one answer as a JSON line on standard output.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// Each operation takes its question as the raw JSON line and returns what json.Marshal makes the answer of.
// An error it returns is a question that could not be asked (a "failure"), never a verdict of the server.
var operations = map[string]func(json.RawMessage) (any, error){
	"load":    load,
	"eval":    evaluate,
	"resolve": resolve,
	"reach":   reach,
	"flags":   flags,
	"version": version,
}

func main() {
	captureLog()
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "referee:", err)
		os.Exit(1)
	}
}

// serve answers every line of in, in order, and flushes after each, so that a caller can wait for it.
func serve(in io.Reader, out io.Writer) error {
	reader, writer := bufio.NewReader(in), bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := encoder.Encode(answer(line)); err != nil {
				return err
			}
			if err := writer.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type failure struct {
	Failure string `json:"failure"`
}

func answer(line []byte) (reply any) {
	defer func() {
		if cause := recover(); cause != nil {
			reply = failure{fmt.Sprintf("panic: %v\n%s", cause, debug.Stack())}
		}
	}()
	var question struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return failure{err.Error()}
	}
	operation, known := operations[question.Op]
	if !known {
		return failure{fmt.Sprintf("unknown op %q", question.Op)}
	}
	reply, err := operation(line)
	if err != nil {
		return failure{err.Error()}
	}
	return reply
}

type versionAnswer struct {
	APIServer string `json:"apiserver"`
	Go        string `json:"go"`
}

// version names the k8s.io/apiserver that was compiled in, and the Go release that did it.
func version(json.RawMessage) (any, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, errors.New("built without module information")
	}
	for _, module := range info.Deps {
		if module.Path == "k8s.io/apiserver" {
			return versionAnswer{module.Version, info.GoVersion}, nil
		}
	}
	return nil, errors.New("k8s.io/apiserver is not among the dependencies")
}
