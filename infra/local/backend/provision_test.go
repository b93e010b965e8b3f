package backend

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/template"
)

// resolved reads a template and resolves it for the tests' backend. Replacements, in pairs, change its text.
func resolved(t *testing.T, prefix string, replacements ...string) (*template.Stack, error) {
	t.Helper()
	src, err := os.ReadFile("testdata/stack.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for i := 0; i < len(replacements); i += 2 {
		if !strings.Contains(text, replacements[i]) {
			t.Fatalf("the template lacks %q", replacements[i])
		}
		text = strings.Replace(text, replacements[i], replacements[i+1], 1)
	}
	tmpl, err := template.Parse("stack.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl.Resolve(template.Params{"Prefix": prefix}, ForTest(t).Resolver(nil))
}

// provisioned creates what the template declares.
func provisioned(t *testing.T, prefix string) *template.Stack {
	t.Helper()
	stack, err := resolved(t, prefix)
	if err != nil {
		t.Fatal(err)
	}
	if err := ForTest(t).Provision(t.Context(), stack); err != nil {
		t.Fatal(err)
	}
	return stack
}

func TestResolver(t *testing.T) {
	stack, err := resolved(t, "r")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, out := range stack.Outputs {
		got[out.Name] = out.Value
	}
	url := ForTest(t).SQSURL + "/000000000000/r-queue"
	if diff := cmp.Diff(map[string]any{
		"QueueUrl": url, "QueueUrlAgain": url,
		"QueueArn":  "arn:aws:sqs:us-east-1:000000000000:r-queue",
		"QueueName": "r-queue",
		"TableName": "r-table",
		"TableArn":  "arn:aws:dynamodb:us-east-1:000000000000:table/r-table",
		"StreamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/r-table/stream/local",
	}, got); diff != "" {
		t.Error(diff)
	}
	for name, test := range map[string]struct{ old, new, want string }{
		"an unknown attribute": {"!GetAtt Queue.Arn}", "!GetAtt Queue.Url}", "no attribute Url is known for Queue, an AWS::SQS::Queue"},
		"an unknown type":      {"Type: AWS::DynamoDB::Table", "Type: AWS::Other::Table", "no value is known for Table, an AWS::Other::Table"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := resolved(t, "r", test.old, test.new); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestProvisionQueues(t *testing.T) {
	b := ForTest(t)
	stack := provisioned(t, "q")
	client := b.SQS()
	url, _ := stack.Output("QueueUrl")
	got, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(url.Value.(string)), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(got.Attributes)
	for name, want := range map[string]string{
		"QueueArn":                      "arn:aws:sqs:us-east-1:000000000000:q-queue",
		"VisibilityTimeout":             "1",
		"DelaySeconds":                  "0",
		"ReceiveMessageWaitTimeSeconds": "2",
		"RedrivePolicy":                 `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:q-dead","maxReceiveCount":2}`,
	} {
		if got.Attributes[name] != want {
			t.Errorf("%s is %q, not %q", name, got.Attributes[name], want)
		}
	}
}

// TestRedrive receives a message more often than the redrive policy allows: it must then lie in the dead-letter queue.
func TestRedrive(t *testing.T) {
	b := ForTest(t)
	client := b.SQS()
	q := b.CreateQueue(t, "AccountsQueue", map[string]string{"VisibilityTimeout": "0", "maxReceiveCount": "2"})
	if other := b.CreateQueue(t, "AccountsQueue", nil); other.Name == q.Name || other.DeadLetterURL == q.DeadLetterURL {
		t.Errorf("two queues share %s", q.Name)
	}
	if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(q.URL), MessageBody: aws.String("poison")}); err != nil {
		t.Fatal(err)
	}
	receive := func(url string) []types.Message {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(url)})
		if err != nil {
			t.Fatal(err)
		}
		return out.Messages
	}
	for range 2 {
		if got := receive(q.URL); len(got) != 1 {
			t.Fatalf("received %d messages", len(got))
		}
		time.Sleep(5 * time.Millisecond) // A visibility timeout of 0 ends with the next millisecond.
	}
	if got := receive(q.URL); len(got) != 0 {
		t.Fatalf("received a third time")
	}
	if got := receive(q.DeadLetterURL); len(got) != 1 || *got[0].Body != "poison" {
		t.Errorf("in the dead-letter queue: %v", got)
	}
}

func TestProvisionTables(t *testing.T) {
	b := ForTest(t)
	provisioned(t, "t")
	client := b.DynamoDB()
	// Every detail is checked by difference, both ways; here only what it cannot see.
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("t-table")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(ttl.TimeToLiveDescription.AttributeName); got != "expires_at" {
		t.Errorf("time to live by %q", got)
	}
	table, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("t-table")})
	if err != nil {
		t.Fatal(err)
	}
	if got := indexText("global", table.Table.GlobalSecondaryIndexes[0].IndexName, table.Table.GlobalSecondaryIndexes[0].KeySchema, table.Table.GlobalSecondaryIndexes[0].Projection); got != "global by_other (other HASH) INCLUDE x,y" {
		t.Error(got)
	}
	paid, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("t-paid")})
	if err != nil {
		t.Fatal(err)
	}
	if units := paid.Table.ProvisionedThroughput; aws.ToInt64(units.ReadCapacityUnits) != 1 || aws.ToInt64(units.WriteCapacityUnits) != 2 {
		t.Errorf("capacity %v", units)
	}
}

// TestProvisionAgain meets what is there already: alike it is kept, changed it is an error.
func TestProvisionAgain(t *testing.T) {
	b := ForTest(t)
	provisioned(t, "again")
	if _, err := b.DynamoDB().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("again-paid"), Item: item("pk", "kept")}); err != nil {
		t.Fatal(err)
	}
	provisioned(t, "again")
	got, err := b.DynamoDB().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("again-paid"), Key: item("pk", "kept")})
	if err != nil || len(got.Item) == 0 {
		t.Errorf("the table was made anew: %v, %v", got, err)
	}
	for name, test := range map[string]struct{ old, new, want string }{
		"visibility timeout": {"VisibilityTimeout: 1", "VisibilityTimeout: 7", "the queue again-queue exists already and differs from the template: VisibilityTimeout is 1, not 7"},
		"receive count":      {"maxReceiveCount: 2", "maxReceiveCount: 3", "the queue again-queue exists already and differs from the template: its redrive policy is"},
		"dead letters":       {"!GetAtt Dead.Arn", "!GetAtt DeadDead.Arn", "its redrive policy is"},
		"key":                {"      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n\nO", "      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]\n\nO", "the table again-paid exists already and differs from the template: its key is pk HASH, not pk HASH, sk RANGE"},
		"attribute type":     {"AttributeName: sk, AttributeType: N", "AttributeName: sk, AttributeType: S", "its key attributes are"},
		"index":              {"NonKeyAttributes: [x, y]", "NonKeyAttributes: [x]", "its indexes are"},
		"stream":             {"NEW_AND_OLD_IMAGES", "KEYS_ONLY", `its stream shows "NEW_AND_OLD_IMAGES", not "KEYS_ONLY"`},
		"time to live":       {"AttributeName: expires_at", "AttributeName: gone_at", `its items expire by "expires_at", not "gone_at"`},
	} {
		t.Run(name, func(t *testing.T) {
			stack, err := resolved(t, "again", test.old, test.new)
			if err != nil {
				t.Fatal(err)
			}
			err = b.Provision(t.Context(), stack)
			if !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestNothingPassedOver checks that what cannot be created is refused and not left out.
func TestNothingPassedOver(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"a queue's property":    {"DelaySeconds: 0", "DelayMinutes: 0", "stack.yaml:6: Queue: DelayMinutes: not a property known here"},
		"a table's property":    {"TableName: !Sub ${Prefix}-paid", "Replicas: []", "Paid: Replicas: not a property known here"},
		"an index's property":   {"{ProjectionType: KEYS_ONLY}", "{ProjectionType: KEYS_ONLY, More: 1}", "Table: LocalSecondaryIndexes[0].Projection.More: not a property"},
		"a redrive policy's":    {"maxReceiveCount: 2", "maxReceiveCount: 2\n        more: 1", "Queue: RedrivePolicy.more: not a property known here"},
		"a receive count of 0":  {"maxReceiveCount: 2", "maxReceiveCount: 0", "Queue: RedrivePolicy.maxReceiveCount: want 1 to 1000, got 0"},
		"a time to live's":      {"Enabled: true}", "Enabled: perhaps}", `Table: TimeToLiveSpecification.Enabled: want true or false, got "perhaps"`},
		"another kind of table": {"Type: AWS::DynamoDB::Table", "Type: AWS::DynamoDB::GlobalTable", "Table is an AWS::DynamoDB::GlobalTable, which the local stack does not know"},
		"a foreign dead-letter": {"!GetAtt Dead.Arn", "arn:aws:sqs:us-east-1:000000000000:elsewhere", "no queue of the template has the ARN"},
		"a circle":              {"!GetAtt DeadDead.Arn", "!GetAtt Queue.Arn", "the redrive policies go in a circle: Queue → Dead → Queue"},
		"the same name twice":   {"-dead-dead", "-dead", "Dead and DeadDead have the same name, n-dead"},
	} {
		t.Run(name, func(t *testing.T) {
			replacements := []string{test.old, test.new}
			if strings.Contains(test.want, "GlobalTable") {
				replacements = append(replacements, "!Ref Table}", "x}", "!GetAtt Table.Arn}", "x}", "!GetAtt Table.StreamArn}", "x}")
			}
			stack, err := resolved(t, "n", replacements...)
			if err == nil {
				err = ForTest(t).Provision(t.Context(), stack)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestRepositoryTemplate creates all that the deployed template declares, and single parts of it for tests.
func TestRepositoryTemplate(t *testing.T) {
	b := ForTest(t)
	if err := b.Provision(t.Context(), b.stack); err != nil {
		t.Fatal(err)
	}
	one, two := b.CreateTable(t, "StatusTable"), b.CreateTable(t, "StatusTable")
	if one == two {
		t.Errorf("two tables are both called %s", one)
	}
	table, err := b.DynamoDB().DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(one)})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Table.GlobalSecondaryIndexes) != 1 {
		t.Errorf("%d indexes", len(table.Table.GlobalSecondaryIndexes))
	}
}
