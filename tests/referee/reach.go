package main

import (
	"encoding/json"
	"fmt"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

type reachAnswer struct {
	Error           string          `json:"error"`
	Size            float64         `json:"size"`            // of the domain, at most
	Rules           []fateAnswer    `json:"rules"`           // one for each rule
	MissingCatchAll *request        `json:"missingCatchAll"` // a request that reaches no rule, if there is one
	Selectors       map[string]bool `json:"selectors"`       // JSON pointer to whether this entry takes a request
	Redundant       []int           `json:"redundant"`
}

type fateAnswer struct {
	Fate    string   `json:"fate"`
	Witness *request `json:"witness"`
}

// reach finds out by trying every request of the policy's domain what its rules do.
func reach(question json.RawMessage) (any, error) {
	var asked struct {
		policyQuestion
		Limit float64 `json:"limit"`
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	loaded, err := loadPolicy(asked.Data)
	if err != nil {
		return reachAnswer{Error: err.Error()}, nil
	}
	requests, size := boundedDomain(loaded, asked.Limit)
	if requests == nil {
		return reachAnswer{Error: fmt.Sprintf("the domain has more than %.0f requests", asked.Limit), Size: size}, nil
	}
	t := newTrial(loaded)
	requests.each(t.try)
	return t.answer(size), nil
}

// boundedDomain is nil if the domain, or the work of laying it out, is above the limit.
func boundedDomain(p *auditinternal.Policy, limit float64) (*domain, float64) {
	m := collect(p)
	layout := float64(len(m.groups.members)+1) * float64(len(m.resources.members)+1) *
		float64(len(m.resources.members)+2) * float64(len(m.selectors))
	groups := float64(len(m.userGroups.members))
	layout += float64(len(m.users.members)+1) * (1 + groups*(groups+1)/2)
	if layout > limit {
		return nil, layout
	}
	d := newDomain(p)
	if size := d.size(); size > limit {
		return nil, size
	}
	return d, d.size()
}

// trial collects what the requests tried so far have shown about each rule.
type trial struct {
	policy      *auditinternal.Policy
	judge       func(authorizer.Attributes) verdict
	taker       func(authorizer.Attributes) int
	rules       []*ruleTrial
	fellThrough *request
}

type ruleTrial struct {
	alone    func(authorizer.Attributes) int     // a policy of this rule only
	without  func(authorizer.Attributes) verdict // the policy without this rule
	entries  []*entryTrial
	matched  bool // some request matches the rule, whoever takes it
	needed   bool // some request would fare differently without the rule
	witness  *request
	catchAll bool // the last rule, and it has no selectors
}

type entryTrial struct {
	pointer string
	alone   func(authorizer.Attributes) int // a policy of the rule narrowed to this entry
	reached bool
}

func newTrial(p *auditinternal.Policy) *trial {
	t := &trial{policy: p, judge: newJudge(p.DeepCopy()), taker: newTaker(p)}
	for i := range p.Rules {
		last := i == len(p.Rules)-1
		entries := entryTrials(i, &p.Rules[i])
		t.rules = append(t.rules, &ruleTrial{
			alone:    newTaker(&auditinternal.Policy{Rules: p.Rules[i : i+1]}),
			without:  newJudge(withoutRule(p, i)),
			entries:  entries,
			catchAll: last && len(entries) == 0,
		})
	}
	return t
}

func withoutRule(p *auditinternal.Policy, index int) *auditinternal.Policy {
	rest := p.DeepCopy()
	rest.Rules = append(rest.Rules[:index:index], rest.Rules[index+1:]...)
	return rest
}

// try asks the server's evaluator about one request and notes what it shows.
func (t *trial) try(attributes *authorizer.AttributesRecord) {
	for _, rule := range t.rules {
		rule.matched = rule.matched || rule.alone(attributes) != noRule
	}
	taker := t.taker(attributes)
	if taker == noRule {
		if t.fellThrough == nil {
			t.fellThrough = describeRequest(attributes)
		}
		return
	}
	rule := t.rules[taker]
	if rule.witness == nil {
		rule.witness = describeRequest(attributes)
	}
	for _, entry := range rule.entries {
		entry.reached = entry.reached || entry.alone(attributes) != noRule
	}
	// Without a rule only the requests that it takes can fare differently.
	rule.needed = rule.needed || !t.judge(attributes).same(rule.without(attributes))
}

// same tells whether two verdicts log the same: stages play no part where nothing is logged.
func (v verdict) same(other verdict) bool {
	return v.level == other.level && v.omitManagedFields == other.omitManagedFields &&
		(v.level == auditinternal.LevelNone || v.stageMask() == other.stageMask())
}

func (t *trial) answer(size float64) reachAnswer {
	reply := reachAnswer{
		Size: size, Rules: []fateAnswer{}, Selectors: map[string]bool{}, Redundant: []int{}, MissingCatchAll: t.fellThrough,
	}
	for i, rule := range t.rules {
		reply.Rules = append(reply.Rules, fateAnswer{rule.fate(), rule.witness})
		for _, entry := range rule.entries {
			reply.Selectors[entry.pointer] = entry.reached
		}
		if rule.witness != nil && !rule.needed && !rule.catchAll && len(t.rules) > 1 {
			reply.Redundant = append(reply.Redundant, i)
		}
	}
	return reply
}

func (r *ruleTrial) fate() string {
	switch {
	case r.witness != nil:
		return "reached"
	case r.matched:
		return "unreachable"
	default:
		return "never"
	}
}

// entryTrials narrows a rule to each entry of each of its lists; an entry within resources also narrows the rule to
// the entry of resources that it is part of.
func entryTrials(index int, rule *auditinternal.PolicyRule) []*entryTrial {
	found := []*entryTrial{}
	try := func(path string, narrow func(*auditinternal.PolicyRule)) {
		narrowed := rule.DeepCopy()
		narrow(narrowed)
		alone := newTaker(&auditinternal.Policy{Rules: []auditinternal.PolicyRule{*narrowed}})
		found = append(found, &entryTrial{pointer: fmt.Sprintf("/rules/%d/%s", index, path), alone: alone})
	}
	eachOf := func(field string, list func(*auditinternal.PolicyRule) *[]string) {
		for j, value := range *list(rule) {
			one := []string{value}
			try(fmt.Sprintf("%s/%d", field, j), func(r *auditinternal.PolicyRule) { *list(r) = one })
		}
	}
	eachOf("users", func(r *auditinternal.PolicyRule) *[]string { return &r.Users })
	eachOf("userGroups", func(r *auditinternal.PolicyRule) *[]string { return &r.UserGroups })
	eachOf("verbs", func(r *auditinternal.PolicyRule) *[]string { return &r.Verbs })
	eachOf("namespaces", func(r *auditinternal.PolicyRule) *[]string { return &r.Namespaces })
	eachOf("nonResourceURLs", func(r *auditinternal.PolicyRule) *[]string { return &r.NonResourceURLs })
	for j, entry := range rule.Resources {
		for _, narrowed := range narrowedResources(entry) {
			only := []auditinternal.GroupResources{narrowed.entry}
			try(fmt.Sprintf("resources/%d%s", j, narrowed.path), func(r *auditinternal.PolicyRule) { r.Resources = only })
		}
	}
	return found
}

type narrowedEntry struct {
	path  string
	entry auditinternal.GroupResources
}

func narrowedResources(entry auditinternal.GroupResources) []narrowedEntry {
	found := []narrowedEntry{{"", entry}}
	for k, resource := range entry.Resources {
		narrowed := entry
		narrowed.Resources = []string{resource}
		found = append(found, narrowedEntry{fmt.Sprintf("/resources/%d", k), narrowed})
	}
	for k, name := range entry.ResourceNames {
		narrowed := entry
		narrowed.ResourceNames = []string{name}
		found = append(found, narrowedEntry{fmt.Sprintf("/resourceNames/%d", k), narrowed})
	}
	return found
}

// describeRequest writes attributes as a request that eval takes.
func describeRequest(a *authorizer.AttributesRecord) *request {
	described := &request{Groups: []string{}, Verb: a.Verb}
	if a.User != nil {
		name := a.User.GetName()
		described.User, described.Groups = &name, list(a.User.GetGroups())
	}
	if !a.ResourceRequest {
		path := a.Path
		described.Path = &path
		return described
	}
	copied := *a
	described.APIGroup, described.Resource, described.Subresource = &copied.APIGroup, &copied.Resource, &copied.Subresource
	described.Namespace, described.Name = &copied.Namespace, &copied.Name
	return described
}
