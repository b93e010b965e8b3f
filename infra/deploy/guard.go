package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// kept are the types whose resources hold what cannot be had again, or are known outside under a name that a new one would not have: the status
// table, the queues with what waits in them, the signing secret, and the address that Argyle delivers to.
var kept = []string{
	"AWS::DynamoDB::Table",
	"AWS::SQS::Queue",
	"AWS::SecretsManager::Secret",
	"AWS::ApiGatewayV2::Api",
	"AWS::ApiGatewayV2::Stage",
	"AWS::ApiGatewayV2::DomainName",
	"AWS::ApiGatewayV2::ApiMapping",
	"AWS::Route53::RecordSet",
}

// auditLogs is the one log group that is kept: it says who read or changed what.
const auditLogs = "AuditLogs"

// loses says whether the stack would lose the resource that it has now. Conditional counts: CloudFormation then knows only while it deploys. So does
// Dynamic, an action that it does not know yet.
func (c change) loses() bool {
	return c.action == types.ChangeActionRemove || c.action == types.ChangeActionDynamic ||
		c.replacement == types.ReplacementTrue || c.replacement == types.ReplacementConditional
}

// losses are the kept resources that the changes would lose and that allowed, a list of logical ids, does not name.
func losses(changes []change, allowed []string) []change {
	var lost []change
	for _, c := range changes {
		if (slices.Contains(kept, c.kind) || c.id == auditLogs) && c.loses() && !slices.Contains(allowed, c.id) {
			lost = append(lost, c)
		}
	}
	return lost
}

// refusal says why changes with losses are not made.
func refusal(lost []change, allowed []string) error {
	var ids, effects []string
	for _, c := range lost {
		ids = append(ids, c.id)
		effects = append(effects, c.id+": "+c.effect())
	}
	return fmt.Errorf("refused, and nothing was changed: the stack would lose what it must keep (%s). If that is meant, say ALLOW_LOSS=%q",
		strings.Join(effects, "; "), strings.Join(append(slices.Clone(allowed), ids...), " "))
}
