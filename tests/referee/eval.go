package main

import (
	"encoding/json"
	"strconv"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// verdict is what the server decides about one request.
type verdict struct {
	level             auditinternal.Level
	omitStages        []auditinternal.Stage
	omitManagedFields bool
}

// request is a request as auditlint writes it: with a path it is a non-resource request; user null is a failed login.
type request struct {
	User        *string  `json:"user"`
	Groups      []string `json:"groups"`
	Verb        string   `json:"verb"`
	Path        *string  `json:"path,omitempty"`
	APIGroup    *string  `json:"apiGroup,omitempty"`
	Resource    *string  `json:"resource,omitempty"`
	Subresource *string  `json:"subresource,omitempty"`
	Namespace   *string  `json:"namespace,omitempty"`
	Name        *string  `json:"name,omitempty"`
}

type evalAnswer struct {
	Error    string          `json:"error"`
	Verdicts []verdictAnswer `json:"verdicts"`
}

type verdictAnswer struct {
	Rule              *int     `json:"rule"`
	Level             string   `json:"level"`
	OmitStages        []string `json:"omitStages"`
	OmitManagedFields bool     `json:"omitManagedFields"`
}

func evaluate(question json.RawMessage) (any, error) {
	var asked struct {
		policyQuestion
		Requests []request `json:"requests"`
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	loaded, err := loadPolicy(asked.Data)
	if err != nil {
		return evalAnswer{Error: err.Error(), Verdicts: []verdictAnswer{}}, nil
	}
	taker, judge := newTaker(loaded), newJudge(loaded.DeepCopy())
	verdicts := make([]verdictAnswer, 0, len(asked.Requests))
	for i := range asked.Requests {
		attributes := asked.Requests[i].attributes()
		verdicts = append(verdicts, judge(attributes).answer(taker(attributes)))
	}
	return evalAnswer{Verdicts: verdicts}, nil
}

// noRule is the index of the rule that takes a request when none does.
const noRule = -1

// newTaker tells which rule takes a request. The real evaluator says only the level, so it is given a copy of the
// policy in which each rule's level is its index: levels play no part in matching, hence the answer is exact.
func newTaker(p *auditinternal.Policy) func(authorizer.Attributes) int {
	marked := p.DeepCopy()
	for i := range marked.Rules {
		marked.Rules[i].Level = auditinternal.Level(strconv.Itoa(i))
	}
	judge := newJudge(marked)
	return func(request authorizer.Attributes) int {
		index, err := strconv.Atoi(string(judge(request).level))
		if err != nil {
			return noRule
		}
		return index
	}
}

func (v verdict) answer(rule int) verdictAnswer {
	reply := verdictAnswer{nil, string(v.level), v.stageSet(), v.omitManagedFields}
	if rule != noRule {
		reply.Rule = &rule
	}
	return reply
}

// The stages in the order in which a request passes them.
var stages = []auditinternal.Stage{
	auditinternal.StageRequestReceived, auditinternal.StageResponseStarted,
	auditinternal.StageResponseComplete, auditinternal.StagePanic,
}

// stageMask is the set of omitted stages; the server keeps a list in any order, with repetitions.
func (v verdict) stageMask() int {
	mask := 0
	for _, omitted := range v.omitStages {
		for i, stage := range stages {
			if stage == omitted {
				mask |= 1 << i
			}
		}
	}
	return mask
}

// stageSet lists the omitted stages once each.
func (v verdict) stageSet() []string {
	names := []string{}
	for i, stage := range stages {
		if v.stageMask()&(1<<i) != 0 {
			names = append(names, string(stage))
		}
	}
	return names
}

func (r *request) attributes() *authorizer.AttributesRecord {
	attributes := &authorizer.AttributesRecord{
		Verb:            r.Verb,
		Path:            text(r.Path),
		ResourceRequest: r.Path == nil,
		APIGroup:        text(r.APIGroup),
		Resource:        text(r.Resource),
		Subresource:     text(r.Subresource),
		Namespace:       text(r.Namespace),
		Name:            text(r.Name),
	}
	if r.User != nil {
		attributes.User = &user.DefaultInfo{Name: *r.User, Groups: r.Groups}
	}
	return attributes
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
