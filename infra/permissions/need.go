package permissions

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// The actions that a call of a function may need.
const (
	sendMessage    = "sqs:SendMessage"
	getItem        = "dynamodb:GetItem"
	putItem        = "dynamodb:PutItem"
	getSecretValue = "secretsmanager:GetSecretValue"
)

// operations are the operations that are known, by service and name as the SDK has them, with the action that each needs. The names need not
// agree (TransactWriteItems needs dynamodb:PutItem and others), so nothing is derived: a new call gets its line here and its resource in
// [need]. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/.
var operations = map[string]string{
	"SQS.SendMessage":                sendMessage,
	"DynamoDB.GetItem":               getItem,
	"DynamoDB.PutItem":               putItem,
	"Secrets Manager.GetSecretValue": getSecretValue,
}

// need is the grant without which AWS refuses a call.
func need(service, operation string, input any) (Grant, error) {
	name := service + "." + operation
	action, known := operations[name]
	if !known {
		return Grant{}, fmt.Errorf("a function calls %s: say in infra/permissions/need.go which action on which resource that needs", name)
	}
	var resource string
	var err error
	switch in := input.(type) {
	case *sqs.SendMessageInput:
		resource, err = queueARN(aws.ToString(in.QueueUrl))
	case *dynamodb.GetItemInput:
		resource = tableARN(aws.ToString(in.TableName))
	case *dynamodb.PutItemInput:
		resource = tableARN(aws.ToString(in.TableName))
	case *secretsmanager.GetSecretValueInput:
		resource = aws.ToString(in.SecretId) // functions are given the ARN
	default:
		err = fmt.Errorf("no resource is known for an input of type %T", input)
	}
	if err != nil {
		return Grant{}, fmt.Errorf("a function calls %s: %w", name, err)
	}
	return Grant{action, resource}, nil
}

// queueARN reads a queue's URL, https://sqs.<region>.amazonaws.com/<account>/<name>. Region and account are the ones of every test.
func queueARN(address string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read a queue's URL: %w", err)
	}
	owner, name, ok := strings.Cut(strings.TrimPrefix(parsed.Path, "/"), "/")
	if !ok || owner != account || name == "" {
		return "", fmt.Errorf("%q is no URL of a queue of account %s", address, account)
	}
	return arn("sqs", name), nil
}

func tableARN(name string) string { return arn("dynamodb", "table/"+name) }

func arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, account, resource)
}
