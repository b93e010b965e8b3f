package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	neturl "net/url"
	"os"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/rotation"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

func newSend() *cobra.Command {
	var to target
	var url, secret string
	cmd := &cobra.Command{
		Use:   "send FILE...",
		Short: "Sign webhooks and deliver them",
		Long: "Sign each file as Argyle would and deliver it, one after the other. A file holds a webhook's body as it is to be\n" +
			"sent, or an HTTP API request as in events/webhook/, whose body is taken. \"-\" is standard input.\n\n" +
			"With --stack they go to a stack in AWS, signed with the newest of its secrets. That changes its statuses, so it wants a\n" +
			"--reason and is written into its audit log.\n\n" +
			"The exit code is 1 if a delivery was not answered with a 2xx.",
		Example: "  argylectl send events/webhook/accounts.connected.json\n" +
			"  argylectl send events/webhook/paystubs.*.json\n" +
			"  echo '{\"event\":\"accounts.frozen\",\"name\":\"me\",\"data\":{}}' | argylectl send -\n" +
			"  argylectl send --stack argyle-webhooks-dev --reason \"a first try\" events/webhook/accounts.connected.json\n" +
			"  ARGYLE_WEBHOOK_SECRET=… argylectl send --url https://….amazonaws.com/webhooks/argyle body.json",
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usage("which file? Say for example: argylectl send events/webhook/accounts.connected.json")
			}
			if to.stack != "" {
				if cmd.Flags().Changed("url") {
					return usage("--stack names the URL: leave --url out")
				}
				return sendToStack(cmd, to, secret, files)
			}
			if secret == "" {
				secret = local.SigningSecret()
			}
			if secret == "" {
				return usage("%s is empty, so there is nothing to sign with: set it, unset it for %s, or say --secret", local.SecretVariable, local.DefaultSecret)
			}
			return send(cmd, url, argyle.Secret(secret), files)
		},
	}
	cmd.Flags().StringVar(&to.stack, "stack", "", "the name of a stack in AWS to deliver to")
	to.reasonFlag(cmd, "needed with --stack")
	cmd.Flags().StringVar(&url, "url", "http://"+local.DefaultListen+local.WebhookPath, "where to deliver")
	cmd.Flags().StringVar(&secret, "secret", "",
		"the signing secret; better set "+local.SecretVariable+", which other users of the machine cannot see (default "+local.DefaultSecret+")")
	return cmd
}

// sendToStack is send to a stack in AWS, with a line in its audit log before and after.
func sendToStack(cmd *cobra.Command, to target, secret string, files []string) error {
	if err := to.checkReason(); err != nil {
		return err
	}
	stack, err := to.open(cmd.Context())
	if err != nil {
		return err
	}
	end, err := to.begin(cmd.Context(), stack, cmd.ErrOrStderr(), "send", fmt.Sprintf("%d files to %s", len(files), stack.WebhookURL))
	if err != nil {
		return err
	}
	if secret == "" {
		live, err := rotation.New(stack.cfg, stack.Stack).Live(cmd.Context())
		if err != nil {
			return errors.Join(failure{exitUsage, oneLine(err)}, end("no secret to sign with"))
		}
		if live.Count() == 0 {
			return errors.Join(no(fmt.Errorf("the stack %s has no signing secret yet: make one by `argylectl secret rotate --stack %s`", to.stack, to.stack)),
				end("no secret to sign with"))
		}
		secret = string(live.Newest())
	}
	if err := send(cmd, stack.WebhookURL, argyle.Secret(secret), files); err != nil {
		return errors.Join(err, end("not all were taken"))
	}
	return end("all were taken")
}

func send(cmd *cobra.Command, url string, secret argyle.Secret, files []string) error {
	if where, err := neturl.Parse(url); err != nil || where.Host == "" || (where.Scheme != "http" && where.Scheme != "https") {
		return usage("--url %q: --url wants http(s)://HOST/PATH, such as http://%s%s", url, local.DefaultListen, local.WebhookPath)
	}
	width := 0
	for _, file := range files {
		width = max(width, utf8.RuneCountInString(file))
	}
	refused, hint := 0, ""
	for _, file := range files {
		body, err := readBody(cmd.InOrStdin(), file)
		if err != nil {
			return err
		}
		answer, err := journey.Post(cmd.Context(), url, secret, body)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return no(fmt.Errorf("nothing listens at %s: start the local stack with `make run`, or say --url", url))
		}
		if err != nil {
			return no(fmt.Errorf("sending %s: %w", file, err))
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%-*s  %d%s  %d ms\n", width, file, answer.Status, reason(answer), answer.Took.Round(time.Millisecond).Milliseconds())
		if !answer.Taken() {
			refused++
		}
		hint = cmp.Or(advice(answer), hint)
	}
	if refused > 0 {
		return no(fmt.Errorf("%d of %d not taken%s", refused, len(files), hint))
	}
	return nil
}

// advice is what to do about an answer; "" where there is nothing to say.
func advice(answer journey.Answer) string {
	switch {
	case answer.Status == http.StatusNotFound:
		return ": the only route is POST " + local.WebhookPath
	case answer.Reason == "bad_signature":
		return ": the stack has another secret; set " + local.SecretVariable + ", or say --secret"
	case answer.Reason == "no_secret":
		return ": the stack has no signing secret; make one by `argylectl secret rotate`"
	case answer.Reason == "not_an_event":
		return ": an event is a JSON object with a text `event` and an object `data`"
	}
	return ""
}

// reason is an answer's reason code with a space before it.
func reason(answer journey.Answer) string {
	if answer.Reason == "" {
		return ""
	}
	return " " + answer.Reason
}

// readBody reads what is to be signed: the file, or the body of the HTTP API request that the file is.
func readBody(stdin io.Reader, file string) ([]byte, error) {
	var content []byte
	var err error
	if file == "-" {
		content, err = io.ReadAll(stdin)
	} else {
		content, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, no(fmt.Errorf("reading what to send: %w", err))
	}
	if samples.IsBatch(content) {
		return nil, usage("%s is a batch of SQS messages, which is no webhook: send the file of that name in events/webhook/", file)
	}
	body, err := samples.RequestBody(content)
	switch {
	case errors.Is(err, samples.ErrNoEvent):
		return content, nil
	case err != nil:
		return nil, no(fmt.Errorf("reading %s: %w", file, err))
	}
	return body, nil
}
