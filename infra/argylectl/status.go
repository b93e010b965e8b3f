package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/spf13/cobra"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/table"
)

// tableVariable names the status table for those who do not want to type --table.
const tableVariable = "ARGYLE_TABLE"

// statusPatience bounds the whole command.
const statusPatience = 20 * time.Second

// deliveryPatience is how long the local stack's table is asked for what may have been delivered just now; a worker's batch waits for a second.
const deliveryPatience = 3 * time.Second

func newStatus() *cobra.Command {
	var ask question
	cmd := &cobra.Command{
		Use:   "status --user U | --account A",
		Short: "Show what is known of a user or an account",
		Long: "Show the status of a user with all accounts, or of one account, from the status table: in AWS, with the credentials and\n" +
			"region of your AWS profile, or on the local stack.\n\n" +
			"The exit code is 1 for a user or account that the table does not know, and 2 for trouble on the way there.",
		Example: "  argylectl status --local --user 0195b3c0-51d7-83a2-6c1e-0f4b7a92d310\n" +
			"  argylectl status --local --account 0195b3c1-7e02-8c44-91b6-5d20c83f7ae4 --json\n" +
			"  argylectl status --stack argyle-webhooks-dev --user …\n" +
			"  argylectl status --table argyle-webhooks-dev-StatusTable-1ABC --user …     (the stack's output TableName)",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("status takes no argument, such as %q; say --user U or --account A", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), statusPatience)
			defer cancel()
			return ask.answer(ctx, cmd)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&ask.user, "user", "", "a user's id")
	flags.StringVar(&ask.account, "account", "", "an account's id")
	flags.BoolVar(&ask.json, "json", false, "print JSON for programs")
	flags.BoolVar(&ask.local, "local", false, "read the local stack's table")
	flags.StringVar(&ask.dynamoDBURL, "dynamodb-url", "", fmt.Sprintf("where the local stack's DynamoDB answers (default http://127.0.0.1:%d); implies --local", local.DefaultDynamoDBPort))
	flags.StringVar(&ask.stack, "stack", "", "the name of a stack in AWS, whose table is read")
	flags.StringVar(&ask.table, "table", "", "the status table's name (default $"+tableVariable+", or the local stack's)")
	return cmd
}

// question is what `status` was asked.
type question struct {
	user, account             string
	json, local               bool
	dynamoDBURL, table, stack string
}

func (q question) answer(ctx context.Context, cmd *cobra.Command) error {
	switch {
	case q.user == "" && q.account == "":
		return usage("whose status? Say --user U or --account A")
	case q.user != "" && q.account != "":
		return usage("whose status? Say --user U or --account A: one of the two, not both")
	}
	statuses, err := q.open(ctx)
	if err != nil {
		return err
	}
	if q.account != "" {
		account, err := patiently(ctx, q, q.account, statuses.AccountStatus)
		if err != nil {
			return q.trouble("account", q.account, err)
		}
		if q.json {
			return printJSON(cmd, account)
		}
		newPage(cmd.OutOrStdout()).showOneAccount(account)
		return nil
	}
	user, err := patiently(ctx, q, q.user, statuses.UserStatus)
	if err != nil {
		return q.trouble("user", q.user, err)
	}
	if q.json {
		return printJSON(cmd, user)
	}
	newPage(cmd.OutOrStdout()).showUser(user)
	return nil
}

// open finds the status table.
func (q question) open(ctx context.Context) (*table.Table, error) {
	name := cmp.Or(q.table, os.Getenv(tableVariable))
	switch {
	case q.stack != "" && (q.onLocalStack() || q.table != ""):
		return nil, usage("--stack names the table: leave --local, --dynamodb-url and --table out")
	case q.stack != "":
		found, err := (&target{stack: q.stack}).open(ctx)
		if err != nil {
			return nil, err
		}
		return table.New(dynamodb.NewFromConfig(found.cfg), found.Table), nil
	case q.onLocalStack():
		if q.dynamoDBURL == "" {
			q.dynamoDBURL = fmt.Sprintf("http://127.0.0.1:%d", local.DefaultDynamoDBPort)
		}
		return localTable(q.dynamoDBURL, q.table), nil
	case name == "":
		return nil, usage("which table? Say --local, --stack NAME, or --table NAME (the stack's output TableName), or set %s", tableVariable)
	}
	return awsTable(ctx, name)
}

func (q question) onLocalStack() bool { return q.local || q.dynamoDBURL != "" }

// patiently asks for a status. On the local stack it asks again for a while when there is none: what was just delivered is still on its way
// through the queue.
func patiently[S any](ctx context.Context, q question, id string, ask func(context.Context, string) (S, error)) (S, error) {
	for began := time.Now(); ; {
		found, err := ask(ctx, id)
		if !errors.Is(err, table.ErrNotFound) || !q.onLocalStack() || time.Since(began) > deliveryPatience {
			return found, err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return found, err
		}
	}
}

// trouble says why there is no answer.
func (q question) trouble(what, id string, err error) error {
	if errors.Is(err, table.ErrNotFound) {
		return no(fmt.Errorf("no %s %s in the status table", what, id))
	}
	if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) && q.onLocalStack() {
		return failure{exitUsage, fmt.Errorf("there is no table %s on the local stack: leave --table out", cmp.Or(q.table, localTableName))}
	}
	return failure{exitUsage, explain(err)}
}

func printJSON(cmd *cobra.Command, v any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return failure{exitUsage, fmt.Errorf("printing the status: %w", err)}
	}
	return nil
}
