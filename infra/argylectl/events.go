package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/samples"
)

func newEvents() *cobra.Command {
	return &cobra.Command{
		Use:    "events",
		Short:  "Write the sample events in events/ anew from shared/argyle/testdata",
		Hidden: true, // for `make events`, in the repository
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			changed, err := samples.Write(".")
			if err != nil {
				return no(err)
			}
			for _, path := range changed {
				fmt.Fprintf(cmd.OutOrStdout(), "wrote %s/%s\n", samples.Dir, path)
			}
			if len(changed) == 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "%s/ is as it should be\n", samples.Dir)
			}
			return nil
		},
	}
}
