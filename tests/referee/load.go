package main

import (
	"encoding/json"
	"fmt"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit/policy"
)

// policyQuestion carries the text of a policy file; JSON has it in base64.
type policyQuestion struct {
	Data []byte `json:"data"`
}

type loadAnswer struct {
	OK      bool          `json:"ok"`
	Error   string        `json:"error"`
	Warning string        `json:"warning"`
	Policy  *policyAnswer `json:"policy"`
}

type policyAnswer struct {
	OmitStages        []string     `json:"omitStages"`
	OmitManagedFields bool         `json:"omitManagedFields"`
	Rules             []ruleAnswer `json:"rules"`
}

type ruleAnswer struct {
	Level             string            `json:"level"`
	Users             []string          `json:"users"`
	UserGroups        []string          `json:"userGroups"`
	Verbs             []string          `json:"verbs"`
	Resources         []resourcesAnswer `json:"resources"`
	Namespaces        []string          `json:"namespaces"`
	NonResourceURLs   []string          `json:"nonResourceURLs"`
	OmitStages        []string          `json:"omitStages"`
	OmitManagedFields *bool             `json:"omitManagedFields"`
}

type resourcesAnswer struct {
	Group         string   `json:"group"`
	Resources     []string `json:"resources"`
	ResourceNames []string `json:"resourceNames"`
}

func load(question json.RawMessage) (any, error) {
	var asked policyQuestion
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	drainLog()
	loaded, err := loadPolicy(asked.Data)
	reply := loadAnswer{OK: err == nil, Warning: drainLog()}
	if err != nil {
		reply.Error = err.Error()
	} else {
		described := describe(loaded)
		reply.Policy = &described
	}
	return reply, nil
}

// loadPolicy is the server's loader; a panic in it ends the server, so it is a refusal too.
func loadPolicy(data []byte) (loaded *auditinternal.Policy, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			loaded, err = nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	return policy.LoadPolicyFromBytes(data)
}

func describe(loaded *auditinternal.Policy) policyAnswer {
	rules := make([]ruleAnswer, 0, len(loaded.Rules))
	for i := range loaded.Rules {
		rules = append(rules, describeRule(&loaded.Rules[i]))
	}
	return policyAnswer{stageNames(loaded.OmitStages), policyOmitsManagedFields(loaded), rules}
}

func describeRule(rule *auditinternal.PolicyRule) ruleAnswer {
	resources := make([]resourcesAnswer, 0, len(rule.Resources))
	for _, entry := range rule.Resources {
		resources = append(resources, resourcesAnswer{entry.Group, list(entry.Resources), list(entry.ResourceNames)})
	}
	return ruleAnswer{
		Level:             string(rule.Level),
		Users:             list(rule.Users),
		UserGroups:        list(rule.UserGroups),
		Verbs:             list(rule.Verbs),
		Resources:         resources,
		Namespaces:        list(rule.Namespaces),
		NonResourceURLs:   list(rule.NonResourceURLs),
		OmitStages:        stageNames(rule.OmitStages),
		OmitManagedFields: ruleOmitsManagedFields(rule),
	}
}

// list makes an empty list of nil: both mean "no limit" to the server.
func list(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}

func stageNames(stages []auditinternal.Stage) []string {
	names := make([]string, 0, len(stages))
	for _, stage := range stages {
		names = append(names, string(stage))
	}
	return names
}
