package workflows

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// Domains proves by the DNS whose custom domains are. Several organisations may claim a hostname; the one that the DNS names has it.
type Domains struct {
	pool     *pgxpool.Pool
	resolver dnscheck.Resolver
	settings setting.Domains
}

// NewDomains returns Domains on a migrated database.
func NewDomains(pool *pgxpool.Pool, settings setting.Domains) (*Domains, error) {
	resolver, err := dnscheck.NewResolver(settings.DNSServer)
	if err != nil {
		return nil, fmt.Errorf("ZEITWORK_DNS_SERVER: %w", err)
	}

	return &Domains{pool: pool, resolver: resolver, settings: settings}, nil
}

// Claim is what the DNS is to show of a custom domain. The generated hostname is that of its project's production.
func (d *Domains) Claim(domain database.Domain, generated string) dnscheck.Claim {
	_, base, _ := strings.Cut(generated, ".")

	return dnscheck.Claim{
		Hostname: domain.Hostname, Token: lo.FromPtr(domain.VerificationToken), Edge: cmp.Or(strings.ToLower(d.settings.EdgeDomain), base),
		Addresses: d.settings.EdgeAddresses,
	}
}

// Look asks the DNS for the records of a custom domain and changes nothing. It returns what was found, also where the DNS did not answer.
func (d *Domains) Look(ctx context.Context, domain database.Domain, generated string) (dnscheck.Findings, error) {
	findings, err := d.resolver.Check(ctx, d.Claim(domain, generated))
	if err != nil {
		err = fmt.Errorf("ask the DNS about %s: %w", domain.Hostname, err)
	}

	return findings, err
}

// Check asks the DNS for the records of a custom domain and does what follows from the answer. It returns what was found, also where the DNS did not
// answer. A domain that is not there is a problem, and so is one that was changed meanwhile.
func (d *Domains) Check(ctx context.Context, domain uuid.UUID) (dnscheck.Findings, error) {
	queries := database.New(d.pool)

	claimed, err := queries.GetDomainToCheck(ctx, domain)
	if errors.Is(err, pgx.ErrNoRows) {
		return dnscheck.Findings{}, problem.New(problem.NotFound, "There is no such domain.")
	}

	if err != nil {
		return dnscheck.Findings{}, fmt.Errorf("read the domain: %w", err)
	}

	findings, err := d.resolver.Check(ctx, d.Claim(claimed.Domain, claimed.Generated))

	switch {
	case ctx.Err() != nil:
		return findings, ctx.Err()
	case err != nil:
		return findings, queries.PostponeDomainCheck(ctx, nextCheck(claimed.Domain, false), couldNotBeChecked, domain)
	case findings.Proven && claimed.Domain.VerifiedAt == nil:
		return findings, d.prove(ctx, claimed)
	default:
		return findings, queries.RecordDomainCheck(ctx, database.RecordDomainCheckParams{
			ID: domain, Next: nextCheck(claimed.Domain, findings.Proven), Failing: !findings.Proven && claimed.Domain.VerifiedAt != nil,
			CheckMessage: checkMessage(claimed.Domain, findings),
		})
	}
}

// prove gives a hostname to the claim that the DNS has just proven. Whoever has it keeps it as long as the DNS proves that, too, or does not answer.
func (d *Domains) prove(ctx context.Context, claimed database.GetDomainToCheckRow) error {
	queries := database.New(d.pool)

	holder, err := queries.GetHolder(ctx, claimed.Domain.Hostname)
	if errors.Is(err, pgx.ErrNoRows) {
		return d.verify(ctx, claimed, nil)
	}

	if err != nil {
		return fmt.Errorf("look for who has the hostname: %w", err)
	}

	theirs, err := d.resolver.Check(ctx, d.Claim(holder.Domain, holder.Generated))
	if ctx.Err() != nil {
		return ctx.Err()
	}

	if err != nil || theirs.Proven {
		return d.recordInUse(ctx, claimed.Domain)
	}

	return d.verify(ctx, claimed, &holder)
}

func (d *Domains) recordInUse(ctx context.Context, domain database.Domain) error {
	return database.New(d.pool).RecordDomainCheck(ctx, database.RecordDomainCheckParams{
		ID: domain.ID, Next: nextCheck(domain, false), CheckMessage: inUse(domain.Hostname),
	})
}

// verify makes a claim the domain that answers, and that of the holder, where there is one, a claim that needs another proof.
func (d *Domains) verify(ctx context.Context, claimed database.GetDomainToCheckRow, holder *database.GetHolderRow) error {
	domain := claimed.Domain

	err := database.InTx(ctx, d.pool, func(_ pgx.Tx, queries *database.Queries) error {
		// flip_route takes the same lock: it moves the environment's domains before this one answers or with it.
		if _, err := lockProject(ctx, queries, domain.ProjectID); err != nil {
			return err
		}

		if holder != nil {
			// Edges show the holder's certificate no more.
			if err := ChangeCertificates(ctx, queries); err != nil {
				return err
			}

			if err := unverify(ctx, queries, *holder); err != nil {
				return err
			}
		}

		changed, err := queries.VerifyDomain(ctx, checkProven, domain.ID, domain.VerificationToken)
		if err != nil {
			return fmt.Errorf("write that the domain was proven: %w", err)
		}

		if changed == 0 {
			return errDomainChanged
		}

		return auditDomain(ctx, queries, "domain.verify", claimed.OrganisationID, domain.ID, domain.Hostname)
	})
	if database.IsUniqueViolation(err) {
		// Another claim was proven at the same time.
		return d.recordInUse(ctx, domain)
	}

	return err
}

// errDomainChanged is for a check that another one, or a person, was faster than.
var errDomainChanged = problem.New(problem.Conflict, "The domain was changed while it was checked. Check it again.")

func unverify(ctx context.Context, queries *database.Queries, holder database.GetHolderRow) error {
	changed, err := queries.UnverifyDomain(ctx, database.UnverifyDomainParams{
		ID: holder.Domain.ID, VerificationToken: holder.Domain.VerificationToken, NewToken: NewVerificationToken(), CheckMessage: lostToAnother,
	})
	if err != nil {
		return fmt.Errorf("take the hostname from who had it: %w", err)
	}

	if changed == 0 {
		return errDomainChanged
	}

	return auditDomain(ctx, queries, "domain.unverify", holder.OrganisationID, holder.Domain.ID, holder.Domain.Hostname)
}

// auditDomain records what the DNS has made of a domain, in the transaction that does: nobody asked the api for it.
func auditDomain(ctx context.Context, queries *database.Queries, action string, organisation, domain uuid.UUID, hostname string) error {
	details, err := json.Marshal(map[string]any{"hostname": hostname})
	if err != nil {
		return fmt.Errorf("write the details of a domain's proof: %w", err)
	}

	err = queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
		ID: id.New(), OrganisationID: &organisation, ActorKind: new(database.ActorPlatform), Action: action, SubjectType: "domain", SubjectID: domain,
		Details: details,
	})
	if err != nil {
		return fmt.Errorf("write what became of domain %s: %w", domain, err)
	}

	return nil
}
