package main

import (
	"net/http"
	"net/url"
	"sort"
	"strings"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// A domain is a finite set of requests in which every request that can happen has one that all rules of a policy treat
// alike. Rules compare each value with those they list, letter by letter, so per dimension the values that the policy
// mentions and one that it does not are enough. Paths and resources, which know wildcards, are put to the real evaluator.
type domain struct {
	callers    []user.Info
	verbs      []string
	targets    []target
	namespaces []string
	names      []string
	httpVerbs  []string
	paths      []string
}

// target is the thing a resource request is about, apart from its namespace and name.
type target struct{ group, resource, subresource string }

// The verbs of resource requests, by what else such a request can have: get and delete have a name, deletecollection
// has none, proxy has no subresource, all others (the empty one is that of any other HTTP method) are free.
var verbKinds = [][]string{
	{"list", "watch", "create", "update", "patch", ""}, {"get", "delete"}, {"deletecollection"}, {"proxy"},
}

var httpVerbs = []string{"get", "head", "post", "put", "patch", "delete", "options", "trace"}

func newDomain(p *auditinternal.Policy) *domain {
	mentioned := collect(p)
	d := &domain{
		callers:    callers(mentioned.users, mentioned.userGroups),
		namespaces: namespaces(mentioned.namespaces),
		names:      slashless(append(mentioned.names.list(), "", mentioned.names.fresh())),
		httpVerbs:  verbs(httpVerbs, mentioned.verbs),
		targets:    targets(mentioned),
		paths:      paths(mentioned.urls.list()),
	}
	for _, kind := range verbKinds {
		d.verbs = append(d.verbs, verbs(kind, mentioned.verbs)...)
	}
	return d
}

// size is how many requests the domain has at most; a float cannot overflow.
func (d *domain) size() float64 {
	resources := float64(len(d.verbs)) * float64(len(d.targets)) * float64(len(d.namespaces)) * float64(len(d.names))
	paths := float64(len(d.httpVerbs)) * float64(len(d.paths))
	return float64(len(d.callers)) * (resources + paths)
}

// each visits every request of the domain that can happen.
func (d *domain) each(visit func(*authorizer.AttributesRecord)) {
	for _, caller := range d.callers {
		for _, verb := range d.httpVerbs {
			for _, path := range d.paths {
				visit(&authorizer.AttributesRecord{User: caller, Verb: verb, Path: path})
			}
		}
		for _, verb := range d.verbs {
			for _, target := range d.targets {
				for _, namespace := range d.namespaces {
					for _, name := range d.names {
						if possible(verb, target, namespace, name) {
							visit(&authorizer.AttributesRecord{
								User: caller, Verb: verb, ResourceRequest: true,
								APIGroup: target.group, Resource: target.resource, Subresource: target.subresource,
								Namespace: namespace, Name: name,
							})
						}
					}
				}
			}
		}
	}
}

// possible tells whether a resource request with these attributes can come out of the server's resolver.
func possible(verb string, t target, namespace, name string) bool {
	switch verb {
	case "get", "delete":
		if name == "" {
			return false
		}
	case "deletecollection":
		if name != "" {
			return false
		}
	case "proxy":
		if t.subresource != "" {
			return false
		}
	}
	return namespace == "" || !t.clusterScoped()
}

// clusterScoped resources look like subresources of a namespace, so no path to them can hold one.
func (t target) clusterScoped() bool { return t.resource == "status" || t.resource == "finalize" }

// callers are a failed login, and every user with every set of up to two groups. More groups are never needed: a rule
// asks for one group out of several and no rule asks for the absence of one, so a request that shows that a rule is
// reached needs one group (to match that rule), and one that shows what happens without the rule needs another (to
// match the next); any further group could only give the request away to rules that are to leave it alone.
func callers(users, groups *words) []user.Info {
	sets := [][]string{nil}
	all := groups.list()
	for i, one := range all {
		sets = append(sets, []string{one})
		for _, other := range all[i+1:] {
			sets = append(sets, []string{one, other})
		}
	}
	found := []user.Info{nil}
	for _, name := range append(users.list(), users.fresh()) {
		for _, set := range sets {
			found = append(found, &user.DefaultInfo{Name: name, Groups: set})
		}
	}
	return found
}

// verbs are those of one kind that the policy mentions and one that it does not, if any is left.
func verbs(kind []string, mentioned *words) []string {
	found := []string{}
	other := false
	for _, verb := range kind {
		if mentioned.has(verb) {
			found = append(found, verb)
		} else if !other {
			found, other = append(found, verb), true
		}
	}
	return found
}

// namespaces are those mentioned and none at all, which is the only one open to every resource; where the policy
// mentions even that, it takes another to have one that is not mentioned.
func namespaces(mentioned *words) []string {
	if mentioned.has("") {
		return slashless(append(mentioned.list(), mentioned.fresh()))
	}
	return slashless(append(mentioned.list(), ""))
}

// targets are all combinations of the groups, resources and subresources that the policy mentions and fresh ones; of
// those that the same entries match, and that can have the same verbs and namespaces, one.
func targets(mentioned *mention) []target {
	selectors := make([]func(authorizer.Attributes) int, 0, len(mentioned.selectors))
	for _, selector := range mentioned.selectors {
		rule := auditinternal.PolicyRule{Resources: []auditinternal.GroupResources{selector}}
		selectors = append(selectors, newTaker(&auditinternal.Policy{Rules: []auditinternal.PolicyRule{rule}}))
	}
	found, seen := []target{}, map[string]bool{}
	for _, t := range combinations(mentioned) {
		attributes := &authorizer.AttributesRecord{
			ResourceRequest: true, APIGroup: t.group, Resource: t.resource, Subresource: t.subresource,
		}
		key := signature(selectors, attributes) + mark(t.subresource == "") + mark(t.clusterScoped())
		if !seen[key] {
			found, seen[key] = append(found, t), true
		}
	}
	return found
}

func combinations(mentioned *mention) []target {
	parents, children := newWords(), newWords()
	for _, resource := range mentioned.resources.list() {
		parent, child := resource, ""
		if cut := strings.Index(resource, "/"); cut >= 0 {
			parent, child = resource[:cut], resource[cut+1:]
		}
		if parent != "" {
			parents.add(parent)
		}
		children.add(child)
	}
	all := []target{}
	for _, group := range slashless(append(mentioned.groups.list(), mentioned.groups.fresh())) {
		for _, parent := range append(parents.list(), parents.fresh()) {
			for _, child := range slashless(append(children.list(), "", children.fresh())) {
				all = append(all, target{group, parent, child})
			}
		}
	}
	return all
}

// paths are the non-resource paths that the policy can tell apart. A spec is one path or a prefix. Per prefix that is:
// the prefix itself, and it with a fresh ending, which no other spec knows. Where that would be a resource path, only
// slashes can follow (the resolver trims them), as many as it takes to get past the specs that have some themselves.
func paths(specs []string) []string {
	fresh := freshLetter(specs)
	candidates := []string{"/" + fresh}
	for _, spec := range specs {
		prefix := strings.TrimRight(spec, "*")
		candidates = append(candidates, prefix, prefix+fresh)
		for slashes := 1; slashes <= slashedSpecs(specs, prefix)+1; slashes++ {
			candidates = append(candidates, prefix+strings.Repeat("/", slashes))
		}
	}
	return distinctPaths(specs, candidates)
}

// slashedSpecs counts the specs that are a prefix and nothing but slashes.
func slashedSpecs(specs []string, prefix string) int {
	count := 0
	for _, spec := range specs {
		spec = strings.TrimRight(spec, "*")
		if strings.HasPrefix(spec, prefix) && strings.Trim(spec[len(prefix):], "/") == "" {
			count++
		}
	}
	return count
}

// distinctPaths are, of the candidates that the server reads as non-resource paths, one for each set of specs.
func distinctPaths(specs, candidates []string) []string {
	selectors := make([]func(authorizer.Attributes) int, 0, len(specs))
	for _, spec := range specs {
		rule := auditinternal.PolicyRule{NonResourceURLs: []string{spec}}
		selectors = append(selectors, newTaker(&auditinternal.Policy{Rules: []auditinternal.PolicyRule{rule}}))
	}
	found, seen := []string{}, map[string]bool{}
	for _, path := range candidates {
		key := signature(selectors, &authorizer.AttributesRecord{Path: path})
		if !seen[key] && nonResource(path) {
			found, seen[key] = append(found, path), true
		}
	}
	return found
}

func nonResource(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	info, err := resolver.NewRequestInfo(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
	return err == nil && !info.IsResourceRequest
}

// signature spells which of several rules match a request.
func signature(selectors []func(authorizer.Attributes) int, attributes authorizer.Attributes) string {
	spelt := make([]byte, 0, len(selectors))
	for _, selector := range selectors {
		spelt = append(spelt, mark(selector(attributes) != noRule)...)
	}
	return string(spelt)
}

func mark(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}

// mention holds the values that a policy mentions, per dimension, and each entry of its resources on its own.
type mention struct {
	users, userGroups, verbs, groups, resources, namespaces, names, urls *words
	selectors                                                            []auditinternal.GroupResources
}

func collect(p *auditinternal.Policy) *mention {
	m := &mention{
		newWords(), newWords(), newWords(), newWords(), newWords(), newWords(), newWords(), newWords(), nil,
	}
	for _, rule := range p.Rules {
		m.users.add(rule.Users...)
		m.userGroups.add(rule.UserGroups...)
		m.verbs.add(rule.Verbs...)
		m.namespaces.add(rule.Namespaces...)
		m.urls.add(rule.NonResourceURLs...)
		for _, entry := range rule.Resources {
			m.groups.add(entry.Group)
			m.resources.add(entry.Resources...)
			m.names.add(entry.ResourceNames...)
			m.selectors = append(m.selectors, auditinternal.GroupResources{Group: entry.Group})
			for _, resource := range entry.Resources {
				selector := auditinternal.GroupResources{Group: entry.Group, Resources: []string{resource}}
				m.selectors = append(m.selectors, selector)
			}
		}
	}
	return m
}

// words is a set of strings.
type words struct{ members map[string]bool }

func newWords() *words { return &words{map[string]bool{}} }

func (w *words) add(values ...string) {
	for _, value := range values {
		w.members[value] = true
	}
}

func (w *words) has(value string) bool { return w.members[value] }

func (w *words) list() []string {
	values := make([]string, 0, len(w.members))
	for value := range w.members {
		values = append(values, value)
	}
	sort.Strings(values)
	return values
}

// fresh is a word that is not in the set.
func (w *words) fresh() string {
	word := "fresh"
	for w.members[word] {
		word += "er"
	}
	return word
}

// freshLetter is a letter that no spec holds, so that no spec goes on with it.
func freshLetter(specs []string) string {
	held := strings.Join(specs, "")
	letter := 'z'
	for strings.ContainsRune(held, letter) {
		letter++
	}
	return string(letter)
}

// slashless are the different values that can be part of a resource path.
func slashless(values []string) []string {
	kept := newWords()
	for _, value := range values {
		if !strings.Contains(value, "/") {
			kept.add(value)
		}
	}
	return kept.list()
}
