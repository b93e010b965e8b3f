package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	stackName   = "argyle-webhooks-dev"
	stackARN    = "arn:aws:cloudformation:eu-west-1:000000000000:stack/argyle-webhooks-dev/0195b3c1"
	changeSetID = "arn:aws:cloudformation:eu-west-1:000000000000:changeSet/samcli-deploy1764158400/0195b3c2"
)

// cloud plays CloudFormation (XML answers to form posts) and Secrets Manager (JSON) to the SDK's own clients.
type cloud struct {
	*httptest.Server

	// pages are what DescribeChangeSet lists, page by page: the text of <Changes>.
	pages []string
	// before and after are the stack's events, oldest first: those that are there when a change set is executed, and those that come then, one at a look.
	before, after []event
	outputs       map[string]string
	// status is the stack's StackStatus and LastUpdatedTime, in XML.
	status string
	// secretVersions is the JSON of DescribeSecret's VersionIdsToStages.
	secretVersions string
	// refuse makes an action fail with a message.
	refuse map[string]string

	mu       sync.Mutex
	calls    []string
	executed bool
	looks    int
}

type event struct{ status, kind, id, reason string }

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{
		before:         []event{{"REVIEW_IN_PROGRESS", stack, stackName, "User Initiated"}},
		after:          []event{{"UPDATE_IN_PROGRESS", stack, stackName, ""}, {"UPDATE_COMPLETE", stack, stackName, ""}},
		secretVersions: "{}",
	}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *cloud) config() aws.Config {
	return aws.Config{
		Region:           "eu-west-1",
		BaseEndpoint:     &c.URL,
		Credentials:      credentials.NewStaticCredentialsProvider("made", "up", ""),
		RetryMaxAttempts: 1,
	}
}

func (c *cloud) stacks() *cloudformation.Client { return cloudformation.NewFromConfig(c.config()) }

func (c *cloud) secrets() *secretsmanager.Client { return secretsmanager.NewFromConfig(c.config()) }

// called are the actions so far that do something, and on what.
func (c *cloud) called() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		fmt.Fprintf(w, `{"ARN": "arn", "VersionIdsToStages": %s}`, c.secretVersions)
		return
	}
	form, _ := url.ParseQuery(string(body))
	action := form.Get("Action")
	if message, refused := c.refuse[action]; refused {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>%s</Message></Error></ErrorResponse>`, message)
		return
	}
	fmt.Fprintf(w, `<%[1]sResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`,
		action, c.answer(action, form))
}

func (c *cloud) answer(action string, form url.Values) string {
	switch action {
	case "DescribeChangeSet":
		page := 0
		_, _ = fmt.Sscan(form.Get("NextToken"), &page)
		next := ""
		if page+1 < len(c.pages) {
			next = fmt.Sprintf("<NextToken>%d</NextToken>", page+1)
		}
		return fmt.Sprintf("<StackId>%s</StackId><Changes>%s</Changes>%s", stackARN, c.pages[page], next)
	case "DescribeStackEvents":
		return c.events()
	case "DescribeStacks":
		var outputs strings.Builder
		for name, value := range c.outputs {
			fmt.Fprintf(&outputs, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", name, value)
		}
		return fmt.Sprintf("<Stacks><member><StackName>%s</StackName>%s<Outputs>%s</Outputs></member></Stacks>", stackName, c.status, outputs.String())
	case "ExecuteChangeSet":
		c.executed = true
	}
	c.calls = append(c.calls, action+" "+form.Get("ChangeSetName")+form.Get("StackName"))
	return ""
}

// events lists what there is, newest first, two on a page never mattering here: the paginator is asked for one page.
func (c *cloud) events() string {
	shown := c.before
	if c.executed {
		c.looks++
		shown = append(append([]event{}, shown...), c.after[:min(c.looks, len(c.after))]...)
	}
	var listed strings.Builder
	for i := len(shown) - 1; i >= 0; i-- {
		physical := shown[i].id
		if shown[i].kind == stack {
			physical = stackARN
		}
		var reason strings.Builder
		_ = xml.EscapeText(&reason, []byte(shown[i].reason))
		fmt.Fprintf(&listed, "<member><EventId>%d</EventId><StackId>%s</StackId><StackName>%s</StackName><ResourceStatus>%s</ResourceStatus>"+
			"<ResourceType>%s</ResourceType><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId>"+
			"<ResourceStatusReason>%s</ResourceStatusReason></member>",
			i, stackARN, stackName, shown[i].status, shown[i].kind, shown[i].id, physical, reason.String())
	}
	return "<StackEvents>" + listed.String() + "</StackEvents>"
}

// changed is a change as DescribeChangeSet lists it, details and all.
func changed(action, id, kind, replacement, policy string) string {
	optional := func(name, value string) string {
		if value == "" {
			return ""
		}
		return "<" + name + ">" + value + "</" + name + ">"
	}
	return "<member><Type>Resource</Type><ResourceChange>" + optional("PolicyAction", policy) +
		"<Action>" + action + "</Action><LogicalResourceId>" + id + "</LogicalResourceId><ResourceType>" + kind + "</ResourceType>" +
		optional("Replacement", replacement) +
		"<Scope><member>Properties</member></Scope><Details><member><Target><Attribute>Properties</Attribute><Name>Any</Name>" +
		"<RequiresRecreation>Conditionally</RequiresRecreation></Target><Evaluation>Dynamic</Evaluation>" +
		"<ChangeSource>DirectModification</ChangeSource></member></Details></ResourceChange></member>"
}
