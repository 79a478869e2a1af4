//go:build checker

package main

import (
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// newJudge asks the evaluator of releases up to 1.22, which was called a checker and knew no omitManagedFields.
func newJudge(p *auditinternal.Policy) func(authorizer.Attributes) verdict {
	checker := policy.NewChecker(p)
	return func(request authorizer.Attributes) verdict {
		level, stages := checker.LevelAndStages(request)
		return verdict{level, stages, false}
	}
}

func policyOmitsManagedFields(*auditinternal.Policy) bool { return false }

func ruleOmitsManagedFields(*auditinternal.PolicyRule) *bool { return nil }
