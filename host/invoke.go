package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime/invocation"
)

func newInvoke() *cobra.Command {
	var in installation
	var input string
	cmd := &cobra.Command{
		Use:   "invoke SERVICE",
		Short: "Run one service and print its answer",
		Long: `Loads the services, runs one of them in this process and prints its answer.
The exit status is 1 if the service answers with an error.`,
		Example: `  gatehouse invoke crm.get-customer --data '{"id": 7}'`,
		Args:    exactArg("SERVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if input != "" && !json.Valid([]byte(input)) {
				return fmt.Errorf("--data: not valid JSON")
			}
			return using(cmd, in.open, func(host *opened) error {
				if err := host.LoadServices(cmd.Context()); err != nil {
					return err
				}
				response, err := host.Invoke(cmd.Context(), invocation.Request{Service: args[0], Body: []byte(input)})
				if err != nil {
					return invokeError(err)
				}
				if len(response.Body) > 0 {
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", response.Body)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&input, "data", "", "input of the service, as `JSON`")
	in.flags(cmd.Flags(), "data-dir")
	in.serviceFlags(cmd.Flags())
	return cmd
}

// invokeError says all that is known: who works on the host itself may know.
func invokeError(err error) error {
	var failed *invocation.Error
	if !errors.As(err, &failed) {
		return err
	}
	if failed.Cause != nil && !strings.Contains(failed.Error(), failed.Cause.Error()) {
		return fmt.Errorf("%w (cid %s): %w", failed, failed.CID, failed.Cause)
	}
	return fmt.Errorf("%w (cid %s)", failed, failed.CID)
}
