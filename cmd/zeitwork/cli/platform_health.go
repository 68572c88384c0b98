package cli

import (
	"context"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/visible"
)

// PlatformHealth asks the platform how the whole installation is, as the operator who is signed in. The context is the name of the platform; empty: the one of
// `zeitwork contexts use`.
func PlatformHealth(ctx context.Context, terminal Terminal, platform string) (*client.PlatformHealth, error) {
	a := &app{Terminal: terminal, context: platform}

	api, err := a.connect()
	if err != nil {
		return nil, err
	}

	answer, err := checked(api.GetPlatformHealthWithResponse(ctx))
	if err != nil {
		return nil, err
	}

	// Machines and apps have written some of it.
	for i, check := range answer.JSON200.Checks {
		answer.JSON200.Checks[i].Detail = visible.Text(check.Detail)

		if check.Advice != nil {
			answer.JSON200.Checks[i].Advice = new(visible.Text(*check.Advice))
		}
	}

	return answer.JSON200, nil
}
