package main

import (
	"github.com/spf13/cobra"

	"argyle-webhooks/infra/samlocal"
)

// newSAMCheck looks for what `make invoke` and `make start-api` need before they spend a minute on `sam build`.
func newSAMCheck(flags *samFlags) *cobra.Command {
	var event string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is missing: the sample event or the local stack",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if event != "" {
				if _, _, err := findSample(event, "webhook"); err != nil {
					return err
				}
			}
			if err := samlocal.Check(cmd.Context(), flags.stack); err != nil {
				return no(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&event, "event", "", "the sample that is to be invoked")
	return cmd
}
