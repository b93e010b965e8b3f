package main

import (
	"github.com/spf13/cobra"

	"argyle-webhooks/infra/local"
)

// samFlags are what both commands need.
type samFlags struct{ sam, stack string }

func newSAMLocal() *cobra.Command {
	var flags samFlags
	cmd := &cobra.Command{
		Use:    "sam-local",
		Short:  "Run `sam local` so that the function in its container works with the local stack",
		Hidden: true, // for `make invoke` and `make start-api`, in the repository, after `sam build`
		Args:   cobra.NoArgs,
	}
	cmd.PersistentFlags().StringVar(&flags.sam, "sam", "sam", "`PATH` of the SAM CLI")
	cmd.PersistentFlags().StringVar(&flags.stack, "stack", "http://"+local.DefaultListen, "`URL` of the local stack")
	cmd.AddCommand(newSAMCheck(&flags), newSAMInvoke(&flags), newSAMStartAPI(&flags))
	return cmd
}
