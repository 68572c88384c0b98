package main

import (
	"context"
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
	found := workflows.LookAtPlatformCertificate(certificate, now)

	return doctor.Finding{Part: "platform: certificate", OK: found.OK, Detail: found.Detail, Advice: found.Advice}
}
