// Package logging makes the one logger of a process.
package logging

import (
	"io"
	"log/slog"

	"github.com/google/uuid"
)

// Config is the part of a process's configuration that concerns its log.
type Config struct {
	Level  slog.Level `env:"ZEITWORK_LOG_LEVEL"  envDefault:"info" doc:"Lowest level that is logged: debug, info, warn or error."`
	Format string     `env:"ZEITWORK_LOG_FORMAT" envDefault:"text" doc:"Format of log lines: text or json."`
}

// New returns a logger that writes to w, with the service's name on every line.
func New(config Config, w io.Writer, service string) *slog.Logger {
	options := &slog.HandlerOptions{Level: config.Level}

	var handler slog.Handler = slog.NewTextHandler(w, options)
	if config.Format == "json" {
		handler = slog.NewJSONHandler(w, options)
	}

	return slog.New(handler).With("service", service)
}

// Deployment is the attribute of every line that concerns one deployment.
func Deployment(id uuid.UUID) slog.Attr { return slog.String("deployment_id", id.String()) }

// VM is the attribute of every line that concerns one VM.
func VM(id uuid.UUID) slog.Attr { return slog.String("vm_id", id.String()) }

// Error is the attribute that carries an error.
func Error(err error) slog.Attr { return slog.Any("error", err) }
