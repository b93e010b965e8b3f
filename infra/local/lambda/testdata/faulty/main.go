// Command faulty is a Lambda function that does what its event asks, failures included.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do   string `json:"do"`
	Text string `json:"text"`
	For  int    `json:"for_ms"`
}

func main() {
	switch os.Getenv("FAULTY_INIT") {
	case "exit":
		fmt.Println("setting TABLE_NAME is missing")
		os.Exit(3)
	case "panic":
		panic("no settings")
	case "leave":
		// Asks for an event, breaks the question off and ends.
		client := http.Client{Timeout: 50 * time.Millisecond}
		_, _ = client.Get("http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/next")
		fmt.Println("asked and left")
		time.Sleep(200 * time.Millisecond)
		os.Exit(0)
	case "hang":
		fmt.Println("waiting for nothing")
		time.Sleep(time.Hour)
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, e event) (any, error) {
	time.Sleep(time.Duration(e.For) * time.Millisecond)
	switch e.Do {
	case "echo":
		return e.Text, nil
	case "pid":
		return os.Getpid(), nil
	case "print":
		fmt.Println(e.Text)
		fmt.Fprint(os.Stderr, "without an end")
		os.Stdout.Sync()
		return nil, nil
	case "context":
		deadline, _ := ctx.Deadline()
		lc, _ := lambdacontext.FromContext(ctx)
		return map[string]any{"left_ms": time.Until(deadline).Milliseconds(), "request": lc.AwsRequestID, "arn": lc.InvokedFunctionArn}, nil
	case "environment":
		return strings.Join(os.Environ(), "\n"), nil
	case "error":
		return nil, errors.New(e.Text)
	case "panic":
		panic(e.Text)
	case "exit":
		os.Exit(7)
	case "big":
		return strings.Repeat("x", 7<<20), nil
	case "raw":
		return json.RawMessage(e.Text), nil
	}
	return nil, fmt.Errorf("unknown %q", e.Do)
}
