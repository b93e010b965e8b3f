package permissions

import (
	"errors"

	"argyle-webhooks/infra/template"
)

// Granted is what a role's policies allow. Everything but plain statements that allow actions on resources is an error: a condition, a wildcard in
// an action, NotAction, a managed policy.
func (d *Deployment) Granted(role string) (Set, error) {
	res, err := d.want(role)
	if err != nil {
		return nil, err
	}
	// A managed policy is a list that AWS changes.
	if err := res.Properties.Only("Description", "AssumeRolePolicyDocument", "PermissionsBoundary", "Policies"); err != nil {
		return nil, err
	}
	policies, err := res.Properties.Maps("Policies")
	if err != nil {
		return nil, err
	}
	var statements []template.Props
	for _, policy := range policies {
		if err := policy.Only("PolicyName", "PolicyDocument"); err != nil {
			return nil, err
		}
		document, err := policy.Map("PolicyDocument")
		if err != nil {
			return nil, err
		}
		more, err := document.Maps("Statement")
		if err != nil {
			return nil, err
		}
		statements = append(statements, more...)
	}
	granted := Set{}
	for _, statement := range statements {
		if err := allow(statement, granted); err != nil {
			return nil, err
		}
	}
	return granted, nil
}

// allow adds what a statement allows.
func allow(statement template.Props, granted Set) error {
	if err := statement.Only("Sid", "Effect", "Action", "Resource"); err != nil {
		return err
	}
	effect, err := statement.String("Effect")
	if err != nil {
		return err
	}
	if effect != "Allow" {
		return statement.Errorf("Effect", "want Allow, got %s", effect)
	}
	actions, err := statement.Strings("Action")
	if err != nil {
		return err
	}
	resources, err := statement.Strings("Resource")
	if err != nil {
		return err
	}
	if len(actions) == 0 || len(resources) == 0 {
		return statement.Errorf("Action", "want actions on resources")
	}
	for _, action := range actions {
		for _, resource := range resources {
			grant := Grant{action, resource}
			if granted[grant] {
				return statement.Errorf("Action", "%s is allowed twice", grant)
			}
			granted[grant] = true
		}
	}
	return nil
}

// Platform is what a function's role must allow beside the function's own calls, because Lambda acts in its name: a fixed list.
//
//   - Its log. Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html; the group is there already, so it makes none.
//   - Its traces. Neither action knows resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html.
//   - A worker's queue, which the event source mapping empties: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
//   - With a KMS key of one's own, the key. SQS asks of a consumer kms:Decrypt, and of a producer both actions:
//     https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html. Secrets Manager asks of a reader
//     kms:Decrypt. DynamoDB asks nothing of a caller: it has a grant of its own on a table's key.
func (d *Deployment) Platform(function string) (Set, error) {
	logs, err := d.want(partOf(function, "Logs"))
	if err != nil {
		return nil, err
	}
	platform := Union(
		On(arn("logs", "log-group:"+logs.LogicalID+":*"), "logs:CreateLogStream", "logs:PutLogEvents"),
		On("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords"),
	)
	queue, isWorker := d.Resource(partOf(function, "Queue"))
	if isWorker {
		address := On(arn("sqs", queue.LogicalID), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
		platform = Union(platform, address)
	}
	switch {
	case d.key == "":
	case isWorker:
		platform = Union(platform, On(d.key, "kms:Decrypt"))
	default:
		platform = Union(platform, On(d.key, "kms:Decrypt", "kms:GenerateDataKey"))
	}
	return platform, nil
}

// ErrDiffers says that a role does not allow exactly what its function needs.
var ErrDiffers = errors.New("the role is not what its function needs")

// Compare returns an error unless a function's role allows exactly what the function has used and what the platform needs. It wraps [ErrDiffers] and
// names each grant that is missing or too many.
func (d *Deployment) Compare(function string, used Set) error {
	granted, err := d.Granted(partOf(function, "Role"))
	if err != nil {
		return err
	}
	platform, err := d.Platform(function)
	if err != nil {
		return err
	}
	if diff := Diff(Union(used, platform), granted); diff != "" {
		return &differs{role: partOf(function, "Role"), diff: diff}
	}
	return nil
}

type differs struct{ role, diff string }

func (e *differs) Error() string { return e.role + ": " + ErrDiffers.Error() + "\n" + e.diff }
func (e *differs) Unwrap() error { return ErrDiffers }
