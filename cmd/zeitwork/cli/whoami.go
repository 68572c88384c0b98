package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) whoamiCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "whoami",
		Short:   "Who you are signed in as, and where",
		Example: "  zeitwork whoami\n  zeitwork whoami --json",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.whoami),
	}
}

func (a *app) whoami(ctx context.Context, api *API, _ []string) error {
	me, err := checked(api.GetMeWithResponse(ctx))
	if err != nil {
		return err
	}

	where, err := a.signedIn()
	if err != nil {
		return err
	}

	return a.print(me.JSON200, func(w io.Writer) {
		user := me.JSON200.User

		t := newTable(w)
		t.row("User", user.Email+lo.Ternary(user.Operator, " (operator)", ""))
		t.row("Platform", where.API)

		if where.Name != "" {
			t.row("Context", where.Name)
		} else {
			t.row("Signed in by", "ZEITWORK_TOKEN")
		}

		t.row("Organisations", strings.Join(lo.Map(me.JSON200.Organisations, func(o client.Organisation, _ int) string {
			return fmt.Sprintf("%s (%s)", o.Slug, o.Role)
		}), ", "))
		t.flush()
	})
}
