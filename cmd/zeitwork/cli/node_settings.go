package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zeitwork/zeitwork/client"
)

// nodeCapacityFlags adds a flag for each number by which an operator decides how much of a node VMs get.
func nodeCapacityFlags(flags *pflag.FlagSet, update *client.NodeUpdate) {
	for _, setting := range []struct {
		flag, usage string
		set         func(string) error
	}{
		{"processors", "`number` of processors of the machine; no more of them count, whatever its agent reports", coreCount(&update.MaxCPUMillis)},
		{"memory", "`size` of the machine's memory, such as 64GiB; no more of it counts, whatever its agent reports", size(&update.MaxMemoryBytes)},
		{"reserve", "`size` of the memory that no VM gets, for the host itself; 1GiB unless it is set", size(&update.ReservedMemoryBytes)},
		{"cpu-overcommit", "how many `times` each processor is given away, 1 to 100; 4 unless it is set. Memory is given away once", factor(&update.CPUOvercommit)},
	} {
		flags.Func(setting.flag, setting.usage, setting.set)
	}
}

// coreCount returns the setter of thousandths of a core that are given in cores.
func coreCount(field **int64) func(string) error {
	return func(given string) error {
		parsed, err := strconv.ParseFloat(given, 64)
		if millis := math.Round(parsed * 1000); err == nil && millis >= 1 && millis <= math.MaxInt32 { //nolint:mnd // Thousandths.
			*field = new(int64(millis))

			return nil
		}

		return fmt.Errorf("%q is no number of processors", given)
	}
}

// size returns the setter of a number of bytes that may have a unit, each 1024 times the one before.
func size(field **int64) func(string) error {
	return func(given string) error {
		parsed, err := units.RAMInBytes(given)
		if err != nil {
			return fmt.Errorf("%q is no size: write a number of bytes, or one with a unit such as 512MiB or 64GiB", given)
		}

		*field = &parsed

		return nil
	}
}

func factor(field **float64) func(string) error {
	return func(given string) error {
		parsed, err := strconv.ParseFloat(given, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", given)
		}

		*field = &parsed

		return nil
	}
}

func (a *app) setNodeCommand() *cobra.Command {
	var update client.NodeUpdate

	command := &cobra.Command{
		Use: "set NAME", Short: "Change how much of a node VMs get",
		Long: "Change how much of a node VMs get.\n\nVMs that the node has stay, also where they hold more than that: it then gets no new ones.",
		Example: "  zeitwork nodes set node-1 --memory 128GiB --processors 32\n" +
			"  zeitwork nodes set node-1 --reserve 4GiB --cpu-overcommit 2",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeNodes),
	}
	nodeCapacityFlags(command.Flags(), &update)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		if update == (client.NodeUpdate{}) {
			return UsageError(errors.New("nothing to change: give a setting, such as --memory 64GiB"))
		}

		return a.updateNode(ctx, api, args[0], update, func(w io.Writer, node *client.Node) {
			_, _ = fmt.Fprintf(w, "%s gives VMs %d MiB of memory and %.2f shares of processors.\n",
				node.Name, node.MemoryShareBytes>>mebibyteBits, cores(node.CPUShareMillis))
		})
	})

	return command
}

// updateNode changes a node, and has say tell people of it.
func (a *app) updateNode(ctx context.Context, api *API, name string, update client.NodeUpdate, say func(io.Writer, *client.Node)) error {
	node, err := nodeByName(ctx, api, name)
	if err != nil {
		return err
	}

	updated, err := checked(api.UpdateNodeWithResponse(ctx, node.ID, update))
	if err != nil {
		return err
	}

	return a.print(updated.JSON200, func(w io.Writer) { say(w, updated.JSON200) })
}
