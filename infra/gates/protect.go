package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
)

// lasting are the resources that hold what cannot be made again.
func (d *deployment) lasting() []*template.Resource {
	return slices.DeleteFunc(d.OfType(typeTable, typeSecret, typeQueue, typeLogs), func(res *template.Resource) bool {
		return res.Type == typeLogs && res.LogicalID != "AuditLogs"
	})
}

// keepRule: staging and prod keep what cannot be made again, dev leaves nothing behind.
func keepRule(d *deployment, r *report) {
	deletion, replacement := "Delete", "Delete"
	if d.protected() {
		deletion, replacement = "RetainExceptOnCreate", "Retain"
	}
	for _, res := range d.lasting() {
		if res.DeletionPolicy != deletion || res.UpdateReplacePolicy != replacement {
			r.find(res, "DeletionPolicy is %q and UpdateReplacePolicy %q, want %q and %q", res.DeletionPolicy, res.UpdateReplacePolicy, deletion, replacement)
		}
	}
	for _, table := range d.OfType(typeTable) {
		if got := at(table, "DeletionProtectionEnabled"); got != d.protected() {
			r.find(table, "DeletionProtectionEnabled is %v, want %v", got, d.protected())
		}
		if at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			r.find(table, "has no point-in-time recovery: Argyle keeps no past events to send again")
		}
	}
}

// encryptionRule: everything is encrypted, with the team's own key where there is one.
func encryptionRule(d *deployment, r *report) {
	key, own := d.parameters["KmsKeyArn"]
	want := func(res *template.Resource, value any, keys ...string) {
		if got := at(res, keys...); got != value {
			r.find(res, "%s is %v, want %v", strings.Join(keys, "."), show(got), show(value))
		}
	}
	var ifOwn any // the key; nothing without one
	if own {
		ifOwn = key
	}
	for _, res := range d.Resources {
		switch res.Type {
		case typeQueue:
			want(res, ifOwn, "KmsMasterKeyId")
			if own {
				want(res, nil, "SqsManagedSseEnabled") // SQS refuses both
			} else {
				want(res, true, "SqsManagedSseEnabled")
			}
		case typeTable:
			want(res, own, "SSESpecification", "SSEEnabled")
			want(res, ifOwn, "SSESpecification", "KMSMasterKeyId")
		case typeSecret, typeLogs:
			want(res, ifOwn, "KmsKeyId")
		case typeTopic:
			// CloudWatch cannot publish to a topic whose key has no statement for it, and AWS's own key for SNS has none.
			// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html.
			want(res, nil, "KmsMasterKeyId")
		}
	}
}

func show(value any) string {
	if value == nil {
		return "nothing"
	}
	return fmt.Sprintf("%v", value)
}

// tlsRule: the queue policy denies every queue to whoever comes without TLS.
func tlsRule(d *deployment, r *report) {
	policies := d.OfType(typePolicy)
	if len(policies) != 1 {
		r.findAt("QueuePolicy", "there are %d queue policies, want one", len(policies))
		return
	}
	policy := policies[0]
	statements, _ := at(policy, "PolicyDocument", "Statement").([]any)
	denied := false
	for _, statement := range statements {
		s, _ := statement.(map[string]any)
		// SQS takes one resource for a statement; "*" is the queue that has the policy.
		denied = denied || s["Action"] == "sqs:*" && s["Resource"] == "*" && onlyOverTLS(s)
	}
	for _, queue := range d.OfType(typeQueue) {
		if !slices.Contains(list(policy, "Queues"), queue.LogicalID) || !denied {
			r.find(queue, "QueuePolicy does not deny it without TLS: it must be among its Queues, and the statement's one Resource be *")
		}
	}
}

// secretRule: the secret is made without a value, and no secret is put into a setting by reference.
func secretRule(d *deployment, r *report) {
	for _, secret := range d.OfType(typeSecret) {
		if err := secret.Properties.Only("Description", "KmsKeyId"); err != nil {
			r.find(secret, "is to be made without a value: %v", err)
		}
	}
	walk("", d.everything(), func(where, s string) {
		if strings.Contains(s, "{{resolve:") {
			r.findAt(strings.TrimPrefix(where, "."), "has a dynamic reference: a secret would be readable in the stack or a function's settings")
		}
	})
}

// everything is the properties of all resources.
func (d *deployment) everything() map[string]any {
	all := map[string]any{}
	for _, res := range d.Resources {
		all[res.LogicalID] = res.Properties.Raw()
	}
	return all
}

// walk calls visit with every string in a value and the path to it.
func walk(path string, value any, visit func(path, s string)) {
	switch v := value.(type) {
	case string:
		visit(path, v)
	case []any:
		for i, item := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), item, visit)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(path+"."+key, v[key], visit)
		}
	}
}

// boundaryRule: a boundary that one role lacks binds nobody.
func boundaryRule(d *deployment, r *report) {
	var want any // nothing without one
	if arn, bound := d.parameters["PermissionsBoundaryArn"]; bound {
		want = arn
	}
	for _, role := range d.OfType(typeRole) {
		if got := at(role, "PermissionsBoundary"); got != want {
			r.find(role, "PermissionsBoundary is %v, want %v", show(got), show(want))
		}
	}
}
