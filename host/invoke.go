package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime/invocation"
	"gatehouse/runtime/script"
)

func newInvoke() *cobra.Command {
	var in installation
	var data string
	cmd := &cobra.Command{
		Use:   "invoke SERVICE",
		Short: "Run one service and print its answer",
		Long: `Loads the services, runs one of them in this process and prints its answer alone;
the log is on standard error. No credentials are asked for. Where there is no
installation yet, it begins one.

--data is the input of the service here, and --data-dir the data directory, which
is what other commands call --data; --input and --data-dir are never mistaken for
one another.`,
		Example: `  gatehouse invoke crm.get-customer --data '{"id": 7}'
  gatehouse invoke crm.import --input @customers.json
  gatehouse invoke crm.import --input - < customers.json`,
		Annotations: exitsWith("1 the service answers with an error, or anything else"),
		Args:        exactArg("SERVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			input, err := readInput(cmd, data)
			if err != nil {
				return fmt.Errorf("invoke: --data: %w", err)
			}
			open := func(cmd *cobra.Command) (*opened, error) {
				return in.tellOfNew(cmd, func() (*opened, error) { return in.open(cmd) })
			}
			return using(cmd, open, func(host *opened) error {
				if err := host.LoadServices(cmd.Context()); err != nil {
					return err
				}
				response, err := host.Invoke(cmd.Context(), invocation.Request{Service: args[0], Body: input})
				if err != nil {
					return invokeError(err, missingDirectories(host.cfg))
				}
				if len(response.Body) > 0 {
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", response.Body)
				}
				return err
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.serviceNames())
	cmd.Flags().StringVarP(&data, "data", "d", "", "input of the service: `JSON`, @FILE to read it from a file, or - for standard input; --input does the same")
	alsoNamed(cmd.Flags(), "input", "data")
	in.flagsNamed(cmd.Flags(), "data-dir", dataUsage+", which other commands call --data as well")
	in.serviceFlags(cmd.Flags())
	return cmd
}

// maxInput bounds what is read of an input, in bytes.
const maxInput = 64 << 20

// readInput returns the input of a service, which is JSON.
func readInput(cmd *cobra.Command, data string) ([]byte, error) {
	input, from := []byte(data), ""
	var err error
	switch {
	case data == "":
		return nil, nil
	case data == "-" || data == "@-":
		from = "standard input: "
		input, err = readAtMost(cmd.InOrStdin())
	case data[0] == '@':
		from = data[1:] + ": "
		input, err = readFile(data[1:])
	}
	if err != nil {
		return nil, err
	}
	var value json.RawMessage
	err = json.Unmarshal(input, &value)
	if err == nil {
		return input, nil
	}
	if info, statErr := os.Stat(data); from == "" && statErr == nil {
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a directory, and this is the input of the service, which is JSON: the data directory is --data-dir", data)
		}
		return nil, fmt.Errorf("%s is a file, and this is the input of the service, which is JSON: @%s reads it from the file", data, data)
	}
	where := ""
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) && wrong.Offset > 0 {
		where = fmt.Sprintf(" at byte %d", wrong.Offset)
	}
	hint := ""
	if from == "" {
		hint = "; @FILE reads it from a file, - from standard input"
	}
	return nil, fmt.Errorf("%snot valid JSON%s: %w%s", from, where, err, hint)
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	return readAtMost(file)
}

func readAtMost(in io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = fmt.Errorf("the input is longer than %d bytes", maxInput)
	}
	return text, err
}

// isJSON reports whether a text is an object, a list or a string of JSON.
func isJSON(text string) bool {
	trimmed := bytes.TrimSpace([]byte(text))
	return len(trimmed) > 0 && strings.ContainsRune(`{["`, rune(trimmed[0])) && json.Valid(trimmed)
}

// invokeError says all that is known: who works on the host itself may know.
// missing are the directories of services that are not there.
func invokeError(err error, missing []string) error {
	var failed *invocation.Error
	if !errors.As(err, &failed) {
		return err
	}
	if failed.Cause != nil && !strings.Contains(failed.Error(), failed.Cause.Error()) {
		return fmt.Errorf("%w (cid %s): %w", failed, failed.CID, failed.Cause)
	}
	where := ""
	var notThere *script.NotFoundError
	if errors.As(err, &notThere) && len(missing) > 0 {
		where = ": there is no directory " + list(missing)
	}
	return fmt.Errorf("%w (cid %s)%s", failed, failed.CID, where)
}
