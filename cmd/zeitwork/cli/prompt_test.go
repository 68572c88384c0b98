package cli

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPrompt_CtrlC_EndsTheQuestionAtOnce(t *testing.T) {
	t.Parallel()

	for name, ask := range map[string]func(context.Context, *app) error{
		"yes or no": func(ctx context.Context, a *app) error {
			yes, err := a.confirm(ctx, "Question?")
			require.False(t, yes)

			return err
		},
		"a secret": func(ctx context.Context, a *app) error {
			_, err := a.readSecret(ctx, "Question?")

			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := newPTY(t)
			ctx, interrupt := context.WithCancel(t.Context())
			ended := make(chan error, 1)

			go func() { ended <- ask(ctx, &app{Terminal: Terminal{In: p.terminal, Err: p.terminal}}) }()

			p.sees(t, "Question?")

			if name == "a secret" {
				require.Eventually(t, func() bool { return !p.echoes(t) }, 10*time.Second, time.Millisecond)
			}

			interrupt()

			select {
			case err := <-ended:
				require.Equal(t, ExitInterrupted, ExitCode(err))
			case <-time.After(10 * time.Second):
				require.Fail(t, "the question waits for Enter")
			}

			require.True(t, p.echoes(t), "the terminal is as it was")
			p.sees(t, "\n")
		})
	}
}

func TestConfirm_OnlyYesIsYes(t *testing.T) {
	t.Parallel()

	for answer, want := range map[string]bool{"y": true, "Y": true, "yes": true, "n": false, "": false, "yeah": false} {
		p := newPTY(t)
		p.types(t, answer+"\n")

		yes, err := (&app{Terminal: Terminal{In: p.terminal, Err: p.terminal}}).confirm(t.Context(), "Question?")
		require.NoError(t, err)
		require.Equal(t, want, yes, answer)
	}
}
