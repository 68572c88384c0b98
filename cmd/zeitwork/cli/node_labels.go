package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) labelNodeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "label NAME LABEL=VALUE… | LABEL-…", Short: "Give a node labels, or take them away",
		Long: "Give a node labels, or take those away that end in a hyphen.\n\n" +
			"The label rack names the rack that a node stands in: the VMs of a deployment are spread over nodes first, and then over racks.",
		Example: "  zeitwork nodes label node-1 rack=r1 maker=acme\n  zeitwork nodes label node-1 maker-",
		Args:    cobra.MinimumNArgs(2), ValidArgsFunction: first(a.completeNodes), //nolint:mnd // A node and a label.
		RunE: a.run(func(ctx context.Context, api *API, args []string) error {
			node, err := nodeByName(ctx, api, args[0])
			if err != nil {
				return err
			}

			labels, err := changedLabels(node.Labels, args[1:])
			if err != nil {
				return UsageError(err)
			}

			return a.updateNode(ctx, api, node.Name, client.NodeUpdate{Labels: labels}, func(w io.Writer, node *client.Node) {
				_, _ = fmt.Fprintf(w, "%s has the labels %s.\n", node.Name, labelsText(node.Labels))
			})
		}),
	}
}

// changedLabels returns the labels with what each NAME=VALUE adds and each NAME- takes away.
func changedLabels(labels map[string]string, changes []string) (*map[string]string, error) {
	changed := maps.Clone(labels)
	if changed == nil {
		changed = map[string]string{}
	}

	for _, change := range changes {
		if name, value, ok := strings.Cut(change, "="); ok {
			changed[name] = value
		} else if name, ok := strings.CutSuffix(change, "-"); ok {
			delete(changed, name)
		} else {
			return nil, fmt.Errorf("%q is neither a label such as rack=r1 nor one to take away, such as rack-", change)
		}
	}

	return &changed, nil
}

// labelsText lists labels in the order of their names; - stands for none.
func labelsText(labels map[string]string) string {
	names := slices.Sorted(maps.Keys(labels))

	return lo.CoalesceOrEmpty(strings.Join(lo.Map(names, func(name string, _ int) string { return name + "=" + labels[name] }), ","), "-")
}
