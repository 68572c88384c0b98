package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) httpsCommand() *cobra.Command {
	var (
		redirect bool
		hsts     time.Duration
	)

	command := &cobra.Command{
		Use: "https HOSTNAME", Short: "Say whether visitors have to come by https",
		Long: "Say whether visitors have to come by https.\n\nWith --redirect those who come by http are sent on to https. With --hsts browsers are told to come\n" +
			"by https alone for that long; they do not forget it before. Both make sense once https answers.",
		Example: "  zeitwork domains https app.example.com --redirect\n  zeitwork domains https app.example.com --redirect --hsts 8760h\n" +
			"  zeitwork domains https app.example.com --redirect=false --hsts 0s",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeDomains),
	}
	command.Flags().BoolVar(&redirect, "redirect", false, "send visitors who come by http on to https")
	command.Flags().DurationVar(&hsts, "hsts", 0, "for how long browsers are to come by https alone; 0s: they are not told")
	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		change := client.UpdateDomainInputBody{}

		if command.Flags().Changed("redirect") {
			change.HTTPS = new(client.UpdateDomainInputBodyHTTPSOff)
			if redirect {
				change.HTTPS = new(client.UpdateDomainInputBodyHTTPSRedirect)
			}
		}

		if command.Flags().Changed("hsts") {
			change.HstsSeconds = new(int32(min(hsts/time.Second, math.MaxInt32))) //nolint:gosec // It fits.
		}

		if change == (client.UpdateDomainInputBody{}) {
			return UsageError(errors.New("say what to change: --redirect or --hsts"))
		}

		return a.changeHTTPS(ctx, api, args[0], change)
	})

	return command
}

func (a *app) changeHTTPS(ctx context.Context, api *API, hostname string, change client.UpdateDomainInputBody) error {
	_, domain, err := a.findDomain(ctx, api, hostname)
	if err != nil {
		return err
	}

	changed, err := checked(api.UpdateDomainWithResponse(ctx, domain.ID, change))
	if err != nil {
		return err
	}

	return a.print(changed.JSON200, func(w io.Writer) {
		if changed.JSON200.HTTPS == client.DomainHTTPSRedirect {
			_, _ = fmt.Fprintf(w, "Visitors who come to %s by http are sent on to https.\n", domain.Hostname)
		} else {
			_, _ = fmt.Fprintf(w, "Visitors of %s may come by http.\n", domain.Hostname)
		}

		if changed.JSON200.HstsSeconds > 0 {
			_, _ = fmt.Fprintf(w, "Browsers come by https alone for %s.\n", time.Duration(changed.JSON200.HstsSeconds)*time.Second)
		}
	})
}

func (a *app) certificateCommand() *cobra.Command {
	var (
		chain, key string
		remove     bool
	)

	command := &cobra.Command{
		Use: "certificate HOSTNAME", Short: "Show the certificate of a hostname, or give it one of yours",
		Long: "Show the certificate of a hostname, or give it one of yours.\n\n" +
			"The file of the certificate holds that of the hostname first, then those that lead to its authority.\n" +
			"Nothing renews a certificate of yours: upload the next one in time. It may be there before the DNS leads here.",
		Example: "  zeitwork domains certificate app.example.com\n  zeitwork domains certificate app.example.com --certificate chain.pem --key key.pem\n" +
			"  zeitwork domains certificate app.example.com --remove",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeDomains),
	}
	command.Flags().StringVar(&chain, "certificate", "", "file with the certificate and those that lead to its authority, PEM")
	command.Flags().StringVar(&key, "key", "", "file with the private key, PEM, without a passphrase")
	command.Flags().BoolVar(&remove, "remove", false, "take the certificate away that was uploaded")
	command.MarkFlagsRequiredTogether("certificate", "key")
	command.MarkFlagsMutuallyExclusive("certificate", "remove")
	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		_, domain, err := a.findDomain(ctx, api, args[0])

		switch {
		case err != nil:
			return err
		case remove:
			if _, err := checked(api.DeleteDomainCertificateWithResponse(ctx, domain.ID)); err != nil {
				return err
			}

			a.sayf("%s has no certificate of yours any more.", domain.Hostname)

			return nil
		case chain != "":
			return a.uploadCertificate(ctx, api, domain, chain, key)
		default:
			return a.printCertificate(domain)
		}
	})

	return command
}

func (a *app) uploadCertificate(ctx context.Context, api *API, domain client.Domain, chain, key string) error {
	certificates, err := os.ReadFile(chain)
	if err != nil {
		return UsageError(fmt.Errorf("read the certificate: %w", err))
	}

	private, err := os.ReadFile(key)
	if err != nil {
		return UsageError(fmt.Errorf("read the private key: %w", err))
	}

	changed, err := checked(api.PutDomainCertificateWithResponse(ctx, domain.ID,
		client.PutDomainCertificateInputBody{Chain: string(certificates), Key: string(private)}))
	if err != nil {
		return err
	}

	return a.printCertificate(*changed.JSON200)
}

func (a *app) printCertificate(domain client.Domain) error {
	return a.print(domain, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s: %s\n", domain.Hostname, certificateState(domain))

		if domain.Certificate != nil && domain.Certificate.Message != nil {
			_, _ = fmt.Fprintf(w, "%s\n", *domain.Certificate.Message)
		}
	})
}

// certificateColumn is certificateState in a table.
func certificateColumn(domain client.Domain) string {
	if domain.Certificate == nil {
		return "-"
	}

	return certificateState(domain)
}

// certificateState is how the certificate of a domain stands, in a few words.
func certificateState(domain client.Domain) string {
	certificate := domain.Certificate
	if certificate == nil {
		return "no certificate of its own"
	}

	if certificate.NotAfter != nil && certificate.State != "failed" {
		return fmt.Sprintf("%s until %s", certificate.State, certificate.NotAfter.UTC().Format(time.DateOnly))
	}

	return string(certificate.State)
}
