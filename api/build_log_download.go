package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/api/internal/logtext"
	"github.com/zeitwork/zeitwork/database"
)

// plainText is the type of a log that is downloaded.
const plainText = "text/plain; charset=utf-8"

// registerDownload registers download-build-log, whose answer is as long as the log and written as it is read.
func (s *service) registerDownload(api huma.API, op huma.Operation) {
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The log, a line after the other.", Content: map[string]*huma.MediaType{plainText: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}

	huma.Register(api, op, s.downloadBuildLog)
}

func (s *service) downloadBuildLog(ctx context.Context, input *DownloadBuildLogInput) (*huma.StreamResponse, error) {
	end, err := s.use.openStream(callerOf(ctx).userID)
	if err != nil {
		return nil, err
	}

	if _, err := s.buildLogExtent(ctx, input.DeploymentID); err != nil {
		end()

		return nil, err
	}

	text := logtext.Plain
	if input.ANSI {
		text = logtext.Shown
	}

	return &huma.StreamResponse{Body: func(ctx huma.Context) { //nolint:contextcheck // Huma hands the context in its own.
		defer end()

		_, writer := humago.Unwrap(ctx)
		ctx.SetHeader("Content-Type", plainText)
		ctx.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="build-%s.log"`, input.DeploymentID))
		ctx.SetHeader("X-Content-Type-Options", "nosniff")
		ctx.SetHeader("Cache-Control", "no-store")
		ctx.SetStatus(http.StatusOK)

		if err := s.writeBuildLog(ctx.Context(), writer, input.DeploymentID, text); err != nil && ctx.Context().Err() == nil {
			noteError(ctx.Context(), err)
			panic(http.ErrAbortHandler) // The caller sees that it is not all, in place of an end.
		}
	}}, nil
}

// writeBuildLog writes all lines as text makes them, many at once. It returns errGone once the caller may read them no more.
func (s *service) writeBuildLog(ctx context.Context, writer http.ResponseWriter, deployment uuid.UUID, text func(line string) string) error {
	var (
		controller = http.NewResponseController(writer)
		written    strings.Builder
		failure    error
		checked    = time.Now()
	)

	flush := func() error {
		if time.Since(checked) > recheckInterval {
			if err := s.stillAdmitted(ctx); err != nil {
				return cmp.Or(endOf(err), errGone)
			}

			checked = time.Now()
		}

		if err := s.paceStream(ctx, written.Len()); err != nil {
			return err
		}

		if err := controller.SetWriteDeadline(time.Now().Add(streamWriteTimeout)); err != nil {
			return fmt.Errorf("set the deadline of a download: %w", err)
		}

		defer written.Reset()

		if _, err := writer.Write([]byte(written.String())); err != nil {
			return fmt.Errorf("write a download: %w", err)
		}

		return nil
	}

	err := s.eachBuildLine(ctx, deployment, 1, func(line database.ListBuildLogTextsRow) bool {
		written.WriteString(text(line.Line))
		written.WriteByte('\n')

		if written.Len() >= eventsAtOnce {
			failure = flush()
		}

		return failure == nil
	})
	if err = cmp.Or(err, failure); err != nil || written.Len() == 0 {
		return err
	}

	return flush()
}
