//go:build !checker

package main

import (
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// newJudge asks the evaluator of releases from 1.23 on.
func newJudge(p *auditinternal.Policy) func(authorizer.Attributes) verdict {
	evaluator := policy.NewPolicyRuleEvaluator(p)
	return func(request authorizer.Attributes) verdict {
		config := evaluator.EvaluatePolicyRule(request)
		return verdict{config.Level, config.OmitStages, config.OmitManagedFields}
	}
}

func policyOmitsManagedFields(p *auditinternal.Policy) bool { return p.OmitManagedFields }

func ruleOmitsManagedFields(rule *auditinternal.PolicyRule) *bool { return rule.OmitManagedFields }
