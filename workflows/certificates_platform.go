package workflows

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/zeitwork/zeitwork/database"
)

// platformWarningEvery is how often the log says that a certificate of the platform's own expires.
const platformWarningEvery = 24 * time.Hour

// warnOfPlatformCertificates writes into the log which certificates of the platform's own expire soon, though nothing renews them or that fails. All workers
// together say it once a day.
func (w *Worker) warnOfPlatformCertificates(ctx context.Context, queries *database.Queries) error {
	expiring, err := queries.TakePlatformCertificateWarnings(ctx, ExpiresSoon, platformWarningEvery)
	if err != nil {
		return fmt.Errorf("find the platform's certificates that expire: %w", err)
	}

	for _, certificate := range expiring {
		w.logger.WarnContext(ctx, "a certificate of the platform's own expires; give edges the next one with `zeitwork admin certificate`",
			slog.String("hostname", certificate.Hostname), slog.String("source", certificate.Source),
			slog.Time("not_after", certificate.NotAfter), slog.String("problem", certificate.Problem))
	}

	return nil
}

// measure serves how long the certificates of the platform's own are good for as a metric. All workers serve the same.
func (w *Worker) measure(provider metric.MeterProvider) error {
	const readTimeout = 5 * time.Second

	_, err := provider.Meter("github.com/zeitwork/zeitwork/workflows").Float64ObservableGauge("zeitwork.platform.certificate.expiry",
		metric.WithUnit("s"), metric.WithDescription("Time until a certificate of the platform's own expires, by hostname and source (acme, uploaded)."),
		metric.WithFloat64Callback(func(ctx context.Context, observer metric.Float64Observer) error {
			ctx, cancel := context.WithTimeout(ctx, readTimeout)
			defer cancel()

			certificates, err := database.New(w.pool).ListPlatformCertificates(ctx)
			if err != nil {
				return fmt.Errorf("read the platform's certificates: %w", err)
			}

			for _, certificate := range certificates {
				if certificate.NotAfter != nil {
					observer.Observe(time.Until(*certificate.NotAfter).Seconds(), metric.WithAttributes(
						attribute.String("hostname", certificate.Hostname), attribute.String("source", certificate.Source)))
				}
			}

			return nil
		}))
	if err != nil {
		return fmt.Errorf("measure the platform's certificates: %w", err)
	}

	return nil
}
