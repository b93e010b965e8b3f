// Command setup fetches DynamoDB Local and ElasticMQ into .build before the tests run, where a person sees what is being fetched: `go test`
// shows nothing until a package is done. A machine that can run neither Java nor Docker gets the one line that says what to install.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"argyle-webhooks/infra/local/backend"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := backend.Prepare(ctx, backend.Options{BuildDir: ".build", Log: os.Stderr})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
