package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/samlocal"
)

func newSAMStartAPI(flags *samFlags) *cobra.Command {
	var port int
	cmd := &cobra.Command{
		Use:     "start-api",
		Short:   "Serve the HTTP API until Ctrl-C, its function in a container",
		Example: "  argylectl sam-local start-api --sam .venv/bin/sam",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			session, err := samlocal.Open(cmd.Context(), flags.sam, flags.stack)
			if err != nil {
				return no(err)
			}
			defer func() {
				if closed := session.Close(); err == nil && closed != nil {
					err = no(closed)
				}
			}()
			fmt.Fprintf(cmd.OutOrStdout(), "Once SAM listens, try in another terminal:\n  .bin/argylectl send --url http://127.0.0.1:%d%s events/webhook/accounts.connected.json\n",
				port, local.WebhookPath)
			_, err = session.Run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), "start-api", "--host", "127.0.0.1", "--port", strconv.Itoa(port))
			switch {
			case errors.Is(err, context.Canceled):
				fmt.Fprintln(cmd.OutOrStdout(), "stopped")
				return nil
			case err != nil:
				return no(err)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&port, "port", 3000, "loopback `PORT` of SAM's API")
	return cmd
}
