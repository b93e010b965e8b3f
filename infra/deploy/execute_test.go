package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExecution(t *testing.T) {
	t.Parallel()
	const fn, queue = "AWS::Lambda::Function", "AWS::SQS::Queue"
	for name, tt := range map[string]struct {
		after []event
		out   string
		err   string
	}{
		"made": {
			after: []event{
				{"UPDATE_IN_PROGRESS", stack, stackName, "User Initiated"},
				{"CREATE_IN_PROGRESS", queue, "NewQueue", ""},
				{"CREATE_COMPLETE", queue, "NewQueue", ""},
				{"UPDATE_IN_PROGRESS", alias, "Live", "CodeDeploy\nDeployment d-1 started"},
				{"UPDATE_COMPLETE", alias, "Live", ""},
				{"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", stack, stackName, ""},
				{"DELETE_COMPLETE", queue, "OldQueue", ""},
				{"UPDATE_COMPLETE", stack, stackName, ""},
			},
			out: "  CREATE_COMPLETE  AWS::SQS::Queue  NewQueue\n" +
				"  UPDATE_IN_PROGRESS  AWS::Lambda::Alias  Live  CodeDeploy Deployment d-1 started\n" +
				"  UPDATE_COMPLETE  AWS::Lambda::Alias  Live\n" +
				"  DELETE_COMPLETE  AWS::SQS::Queue  OldQueue\n" +
				"  UPDATE_COMPLETE  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
		},
		"made for the first time": {
			after: []event{{"CREATE_COMPLETE", stack, stackName, ""}},
			out:   "  CREATE_COMPLETE  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
		},
		"rolled back": {
			after: []event{
				{"UPDATE_FAILED", queue, "UsersQueue", "Resource update cancelled"},
				{"UPDATE_FAILED", fn, "UsersFunction", "quota <reached>"},
				{"UPDATE_FAILED", fn, "AccountsFunction", "later"},
				{"UPDATE_ROLLBACK_IN_PROGRESS", stack, stackName, "The following resource(s) failed"},
				{"UPDATE_ROLLBACK_COMPLETE", stack, stackName, ""},
			},
			out: "  UPDATE_FAILED  AWS::SQS::Queue  UsersQueue  Resource update cancelled\n" +
				"  UPDATE_FAILED  AWS::Lambda::Function  UsersFunction  quota <reached>\n" +
				"  UPDATE_FAILED  AWS::Lambda::Function  AccountsFunction  later\n" +
				"  UPDATE_ROLLBACK_COMPLETE  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
			err: "argyle-webhooks-dev is not deployed (UPDATE_ROLLBACK_COMPLETE). First to fail was UsersFunction (AWS::Lambda::Function): quota <reached>. " +
				"All is as it was before: mend it and deploy again",
		},
		"a canary that an alarm ended": {
			after: []event{{"UPDATE_FAILED", alias, "Live", "Rollback"}, {"UPDATE_ROLLBACK_COMPLETE", stack, stackName, ""}},
			out: "  UPDATE_FAILED  AWS::Lambda::Alias  Live  Rollback\n" +
				"  UPDATE_ROLLBACK_COMPLETE  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
			err: "argyle-webhooks-dev is not deployed (UPDATE_ROLLBACK_COMPLETE). First to fail was Live (AWS::Lambda::Alias): Rollback. The version before serves " +
				"again. See which alarm is on and the webhook function's log; a fix goes out past the alarm with ROLLOUT=all-at-once",
		},
		"rolled back halfway": {
			after: []event{{"UPDATE_ROLLBACK_FAILED", stack, stackName, ""}},
			out:   "  UPDATE_ROLLBACK_FAILED  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
			err: "argyle-webhooks-dev is not deployed (UPDATE_ROLLBACK_FAILED). CloudFormation names no cause. " +
				"The way back failed too: remove what is in its way, then aws cloudformation continue-update-rollback --stack-name argyle-webhooks-dev",
		},
		"never made, and not removed": {
			after: []event{{"ROLLBACK_FAILED", stack, stackName, ""}},
			out:   "  ROLLBACK_FAILED  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
			err: "argyle-webhooks-dev is not deployed (ROLLBACK_FAILED). CloudFormation names no cause. It never was deployed, and a protected table is in the " +
				"way of removing it: aws dynamodb update-table --no-deletion-protection-enabled --table-name (the StatusTable among aws cloudformation " +
				"list-stack-resources), then aws cloudformation delete-stack --stack-name argyle-webhooks-dev, mend it and deploy again",
		},
		"never made": {
			after: []event{{"CREATE_FAILED", queue, "UsersQueue", "denied"}, {"ROLLBACK_COMPLETE", stack, stackName, ""}},
			out: "  CREATE_FAILED  AWS::SQS::Queue  UsersQueue  denied\n" +
				"  ROLLBACK_COMPLETE  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
			err: "argyle-webhooks-dev is not deployed (ROLLBACK_COMPLETE). First to fail was UsersQueue (AWS::SQS::Queue): denied. " +
				"It never was deployed and holds nothing: aws cloudformation delete-stack --stack-name argyle-webhooks-dev, mend it and deploy again",
		},
		"without a word": {
			after: []event{{"UPDATE_ROLLBACK_COMPLETE", stack, stackName, ""}},
			out:   "  UPDATE_ROLLBACK_COMPLETE  AWS::CloudFormation::Stack  argyle-webhooks-dev\n",
			err: "argyle-webhooks-dev is not deployed (UPDATE_ROLLBACK_COMPLETE). CloudFormation names no cause. " +
				"All is as it was before: mend it and deploy again",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			// What an earlier deployment did is not this one's.
			c.before = []event{{"UPDATE_FAILED", fn, "Earlier", "earlier"}, {"UPDATE_ROLLBACK_COMPLETE", stack, stackName, ""}}
			c.after = tt.after
			var out bytes.Buffer
			e := &execution{client: c.stacks(), stackID: stackARN, out: &out, every: time.Millisecond}
			err := e.run(t.Context(), changeSetID)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.err {
				t.Errorf("error %s\nwant  %s", got, tt.err)
			}
			if diff := cmp.Diff(tt.out, out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestExecutionStopsWatching(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.after = []event{{"UPDATE_IN_PROGRESS", stack, stackName, ""}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	e := &execution{client: c.stacks(), stackID: stackARN, out: &bytes.Buffer{}, every: time.Millisecond}
	if err := e.run(ctx, changeSetID); err == nil || !strings.Contains(err.Error(), "CloudFormation goes on") {
		t.Errorf("error %v", err)
	}
}
