package conformance

import (
	"context"

	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

// allowed are the capabilities that apps may have, as bits: what ordinary images need that start as root and change to another user.
const allowed uint64 = 1<<unix.CAP_CHOWN | 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_FOWNER | 1<<unix.CAP_FSETID | 1<<unix.CAP_KILL |
	1<<unix.CAP_NET_BIND_SERVICE | 1<<unix.CAP_SETGID | 1<<unix.CAP_SETUID

func checkPrivileges(ctx context.Context, t *trial) outcome {
	var facts app.Facts
	if err := t.ask(ctx, t.first, app.FactsPath, nil, &facts); err != nil {
		return failure(err)
	}

	return judgePrivileges(facts, t.kata)
}

func judgePrivileges(facts app.Facts, kata bool) outcome {
	switch {
	case facts.Capabilities&^allowed != 0:
		return fail("The app may have more capabilities than it needs: %#x.", facts.Capabilities&^allowed)
	case !facts.NoNewPrivileges:
		return fail("The app gets more privileges from programs that are marked for it.")
	case !facts.Filtered && kata:
		return fail("The app's system calls are not filtered: set disable_guest_seccomp = false in the configuration of Kata Containers.")
	case !facts.Filtered:
		return fail("The app's system calls are not filtered: the runtime was built without seccomp.")
	default:
		return pass("Its system calls are filtered, and it gets no privilege that it was not given.")
	}
}
