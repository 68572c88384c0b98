package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

func checkStop(ctx context.Context, t *trial) outcome {
	const request = 1500 * time.Millisecond

	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		answered := make(chan error, 1)

		go func() {
			answered <- t.ask(ctx, vm, fmt.Sprintf("%s?n=%d", app.SlowPath, request.Milliseconds()), nil, nil)
		}()

		if err := t.platform.awaitLine(ctx, t.options.Patience, vm.ID, app.SlowLine); err != nil {
			return failure(err)
		}

		begun := time.Now()

		if err := t.remove(ctx, vm); err != nil {
			return failure(err)
		}

		took := time.Since(begun)

		if err := <-answered; err != nil {
			return fail("A request that was under way when the VM was stopped got no answer: %v. Was the app killed instead of asked to end?", err)
		}

		if err := t.platform.awaitLine(ctx, time.Second, vm.ID, app.TerminatedLine); err != nil {
			return fail("The app did not see SIGTERM: %v.", err)
		}

		return pass("The request under way was answered. Gone after %s.", brief(took))
	})
}

func checkKill(ctx context.Context, t *trial) outcome {
	const grace = 1

	stubborn := func(vm *client.AssignedVM) {
		vm.GraceSeconds, vm.Environment[app.ModeVariable] = grace, app.ModeStubborn
	}

	return t.withVM(ctx, stubborn, func(vm client.AssignedVM) outcome {
		begun := time.Now()

		if err := t.remove(ctx, vm); err != nil {
			return failure(err)
		}

		took := time.Since(begun)
		if took < grace*time.Second {
			return fail("An app that goes on after SIGTERM was gone after %s, and has %d s.", brief(took), grace)
		}

		return pass("Gone %s after SIGTERM, with a grace period of %d s.", brief(took), grace)
	})
}

func checkHung(ctx context.Context, t *trial) outcome {
	hurried := func(vm *client.AssignedVM) { vm.GraceSeconds = 1 }

	return t.withVM(ctx, hurried, func(vm client.AssignedVM) outcome {
		if err := t.ask(ctx, vm, app.HangPath, nil, nil); err != nil {
			return failure(err)
		}

		begun := time.Now()

		report, err := t.platform.awaitReport(ctx, t.options.Patience, vm.ID, "started again", func(r client.VMReport) bool {
			return r.State == client.VMReportStateHealthy && r.Restarts > 0
		})
		if err != nil {
			return failure(err)
		}

		return pass("Started again, and healthy %s after it hung.", brief(report.at.Sub(begun)))
	})
}
