package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/samlocal"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

func newSAMInvoke(flags *samFlags) *cobra.Command {
	var event, form string
	cmd := &cobra.Command{
		Use:   "invoke --event NAME",
		Short: "Invoke the right function with a sample event, received now",
		Long: "Invoke the webhook function with a sample delivery, or with --form queue the worker of the event's family with a batch\n" +
			"of one message. The exit code is 1 if the function refuses it.",
		Example: "  argylectl sam-local invoke --sam .venv/bin/sam --event accounts.connected\n" +
			"  argylectl sam-local invoke --sam .venv/bin/sam --event paystubs.fully_synced --form queue",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			function, sample, err := findSample(event, form)
			if err != nil {
				return err
			}
			return samInvoke(cmd, *flags, function, sample)
		},
	}
	cmd.Flags().StringVar(&event, "event", "", "which sample: an event's `NAME`, or the name of a file in events/webhook without .json")
	cmd.Flags().StringVar(&form, "form", "webhook", "webhook (as API Gateway hands it over) or queue (as SQS does)")
	if err := cmd.MarkFlagRequired("event"); err != nil {
		panic(err) // the flag is there
	}
	return cmd
}

// findSample reads a sample event and names the function that takes it.
func findSample(name, form string) (function string, sample []byte, err error) {
	path := filepath.Join(samples.Dir, form, name+".json")
	sample, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) { // profiles.added is in v1 only, and so is its sample's name
		sample, err = os.ReadFile(filepath.Join(samples.Dir, form, name+".v1.json"))
	}
	switch {
	case form != "webhook" && form != "queue":
		return "", nil, usage("--form %s: want webhook or queue", form)
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, usage("there is no %s; the samples are %s", path, strings.Join(sampleNames(form), ", "))
	case err != nil:
		return "", nil, no(fmt.Errorf("reading the sample event: %w", err))
	case form == "webhook":
		return "WebhookFunction", sample, nil
	}
	for _, event := range argyle.Events() {
		if family, _ := argyle.Family(event); event == name || strings.HasPrefix(name, event+".") {
			function = samples.LogicalID(family, "Function")
		}
	}
	return function, sample, nil
}

func sampleNames(form string) []string {
	paths, _ := filepath.Glob(filepath.Join(samples.Dir, form, "*.json"))
	for i, path := range paths {
		paths[i] = strings.TrimSuffix(filepath.Base(path), ".json")
	}
	return paths
}

func samInvoke(cmd *cobra.Command, flags samFlags, function string, sample []byte) (err error) {
	stamped, err := samples.Restamp(sample, time.Now())
	if err != nil {
		return no(fmt.Errorf("stamping the sample event: %w", err))
	}
	session, err := samlocal.Open(cmd.Context(), flags.sam, flags.stack)
	if err != nil {
		return no(err)
	}
	defer func() {
		if closed := session.Close(); err == nil && closed != nil {
			err = no(closed)
		}
	}()
	path, err := session.File("event.json", stamped)
	if err != nil {
		return no(err)
	}
	answer, err := session.Run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), "invoke", function, "--event", path)
	if errors.Is(err, context.Canceled) {
		return no(errors.New("interrupted"))
	}
	if err != nil {
		return no(err)
	}
	return refusal(function, answer)
}

// refusal is an error if the function's answer says that it did not take the event. SAM itself ends well whatever the function answers.
func refusal(function string, answer []byte) error {
	var said struct {
		StatusCode        int    `json:"statusCode"`
		ErrorMessage      string `json:"errorMessage"`
		BatchItemFailures []any  `json:"batchItemFailures"`
	}
	lines := strings.Split(strings.TrimSpace(string(answer)), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &said); err != nil {
		return no(fmt.Errorf("%s gave no answer that could be read", function))
	}
	switch {
	case said.ErrorMessage != "":
		return no(fmt.Errorf("%s failed: %s", function, said.ErrorMessage))
	case len(said.BatchItemFailures) > 0:
		return no(fmt.Errorf("%s failed the message: its log line above says why", function))
	case said.StatusCode != 0 && (said.StatusCode < 200 || said.StatusCode > 299):
		return no(fmt.Errorf("%s answered %d", function, said.StatusCode))
	}
	return nil
}
