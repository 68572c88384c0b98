package main

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/workflows"
)

// certificateFindings tells how the certificates of the platform's own are, where there are any.
func certificateFindings(ctx context.Context, config database.Config) []doctor.Finding {
	const timeout = 10 * time.Second

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	certificates, err := platformCertificates(ctx, config)
	if err != nil {
		return []doctor.Finding{{Part: "platform: certificates", Detail: err.Error(), Advice: "check ZEITWORK_DATABASE_URL"}}
	}

	return lo.Map(certificates, func(c database.ListPlatformCertificatesRow, _ int) doctor.Finding {
		return certificateFinding(c, time.Now())
	})
}

func certificateFinding(certificate database.ListPlatformCertificatesRow, now time.Time) doctor.Finding {
	found := doctor.Finding{Part: "platform: certificate", Detail: certificate.Hostname + " has none yet", Advice: lo.FromPtr(certificate.Problem)}
	if certificate.NotAfter == nil {
		return found
	}

	found.Detail = fmt.Sprintf("%s (%s) is good until %s", certificate.Hostname, certificate.Source, certificate.NotAfter.UTC().Format(time.DateOnly))
	renewed := certificate.Source == "acme" && certificate.Problem == nil && certificate.NotAfter.After(now)
	found.OK = renewed || certificate.NotAfter.Sub(now) > workflows.ExpiresSoon

	if !found.OK && found.Advice == "" {
		found.Advice = "give edges the next one: zeitwork admin certificate '" + certificate.Hostname + "' --certificate FILE --key FILE"
	}

	return found
}
