package main

import "github.com/spf13/cobra"

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "argylectl",
		Short: "Run argyle-webhooks on this machine, deliver webhooks, see the status, operate a stack",
		Long: "argylectl runs argyle-webhooks on one machine, delivers signed webhooks to it, shows the status it keeps, and\n" +
			"operates it: its signing secret and its dead letters, here or in AWS.",
		Example: "  argylectl local                                      the local stack, with a sample journey\n" +
			"  argylectl send events/webhook/accounts.connected.json\n" +
			"  argylectl status --local --user 0195b3c0-51d7-83a2-6c1e-0f4b7a92d310",
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate("{{.Version}}\n") // as `argylectl version` has it
	root.AddCommand(newLocal(), newSend(), newStatus(), newSecret(), newDeadLetters(), newVersion(), newEvents(), newSAMLocal(), newSoak())
	return root
}
