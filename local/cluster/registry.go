package cluster

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/local/daemon"
)

const registryPart = "registry"

// startRegistry starts the registry, before it the S3 server that has its blobs, where there is one, and from then on deletes layers that nobody has any
// more now and then.
func (c *Cluster) startRegistry(ctx context.Context, registry daemon.Registry, start func(name string, address *string, daemon starter) error) error {
	s3, swept := c.s3(), registry.HasFiles()

	if c.options.S3Bin != "" {
		var address string

		swept = s3.HasObjects()

		if err := start("s3", &address, s3); err != nil {
			return err
		}

		bucket := s3.Bucket()
		registry.Bucket = &bucket
	}

	if swept {
		if err := registry.Sweep(ctx); err != nil {
			return err
		}
	}

	if err := start(registryPart, &c.addresses.registry, registry); err != nil {
		return err
	}

	if c.options.SweepInterval > 0 {
		c.watchers.Go(func() { c.sweepNowAndThen(registry) })
	}

	return nil
}

func (c *Cluster) registry() (daemon.Registry, error) {
	jwks, err := registryauth.JWKS(secret.Keys{Current: c.key})
	if err != nil {
		return daemon.Registry{}, err
	}

	return daemon.Registry{Home: c.home, Bin: c.options.Bin, Port: c.options.Ports.Registry, Auth: &daemon.RegistryAuth{
		// A name, because clients refuse to send credentials to the address of a loopback interface.
		Realm:   fmt.Sprintf("http://localhost:%d/v1/registry/token", c.options.Ports.API),
		Service: registryauth.Service, Issuer: registryauth.Issuer, JWKS: jwks,
	}}, nil
}

func (c *Cluster) s3() daemon.S3 {
	return daemon.S3{
		Home: c.home, Bin: c.options.S3Bin, Port: c.options.Ports.S3, BucketName: "zeitwork-registry",
		AccessKey: "zeitwork", SecretKey: hex.EncodeToString(c.key.Derive("local s3 secret key")),
	}
}

// checkImageStore fails where the images of earlier starts are in the store that this start does not use: what is live could not be started again.
func (c *Cluster) checkImageStore(registry daemon.Registry) error {
	switch onS3, s3 := c.options.S3Bin != "", c.s3(); {
	case onS3 && registry.HasFiles():
		return fmt.Errorf("the images of the platform in %s are in files, and the apps that are live there would not start from an empty S3 server: "+
			"start it without --s3, or begin another platform on S3 by setting ZEITWORK_DATA_DIR to an empty folder", c.options.DataDir)
	case !onS3 && s3.HasObjects():
		return fmt.Errorf("the images of the platform in %s are on its S3 server, and the apps that are live there would not start without them: "+
			"start it with --s3, or begin another platform by setting ZEITWORK_DATA_DIR to an empty folder", c.options.DataDir)
	default:
		return nil
	}
}

// sweepNowAndThen deletes what no image has any more until the cluster stops. What fails is tried again the next time.
func (c *Cluster) sweepNowAndThen(registry daemon.Registry) {
	for waited(c.lifetime, time.After(c.options.SweepInterval)) {
		part, err := c.part(registryPart)
		if err != nil {
			return
		}

		err = registry.SweepReadOnly(c.lifetime, func(ctx context.Context, instead daemon.Registry) error {
			return part.exchange(ctx, func(starter) (starter, error) { return instead, nil })
		})
		if err != nil && c.lifetime.Err() == nil {
			c.options.Logger.Error("the registry could not be swept", logging.Error(err))
		}
	}
}
