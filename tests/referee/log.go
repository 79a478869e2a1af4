package main

import (
	"bytes"
	"flag"
	"regexp"
	"strings"

	"k8s.io/klog/v2"
)

// What the server would have written to its own log since the last call of drainLog.
var logged bytes.Buffer

// A klog header: severity and date, time, thread, source file and line.
var logHeader = regexp.MustCompile(`(?m)^[IWEF]\d{4} [\d:.]+ +\d+ \S+:\d+\] `)

// captureLog makes klog write into a buffer, each message once.
func captureLog() {
	settings := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(settings)
	for name, value := range map[string]string{"logtostderr": "false", "stderrthreshold": "FATAL", "one_output": "true"} {
		if err := settings.Set(name, value); err != nil {
			panic(err)
		}
	}
	klog.SetOutput(&logged)
}

// drainLog returns the messages logged since it was last called, without time and place, one after the other.
func drainLog() string {
	klog.Flush()
	text := strings.TrimSpace(logHeader.ReplaceAllString(logged.String(), ""))
	logged.Reset()
	return text
}
