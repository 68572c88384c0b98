package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/version"
)

// partBytes is how much of a dump is in memory while it is sent to S3. It bounds a dump, which has 10,000 parts at the most, to 320 GB.
const partBytes = 32 << 20

// S3Config is how S3 is reached.
//
//nolint:lll // One variable a line.
type S3Config struct {
	Endpoint  string `doc:"Where S3 answers."                                             env:"ZEITWORK_BACKUP_S3_ENDPOINT"   envDefault:"https://s3.amazonaws.com"`
	Region    string `doc:"Region of the bucket. Empty: S3 is asked."                     env:"ZEITWORK_BACKUP_S3_REGION"`
	AccessKey string `doc:"Key that may write, list, read and delete in the bucket."      env:"ZEITWORK_BACKUP_S3_ACCESS_KEY"`
	SecretKey string `doc:"The secret of that key."                                       env:"ZEITWORK_BACKUP_S3_SECRET_KEY"`
}

// bucket is a Store in S3.
type bucket struct {
	client       *minio.Client
	name, prefix string
}

func (c S3Config) open(name, prefix string) (Store, error) {
	endpoint, err := url.Parse(c.Endpoint)
	if err != nil || endpoint.Host == "" || c.AccessKey == "" || c.SecretKey == "" {
		return nil, problem.New(problem.Invalid,
			"S3 needs a URL as ZEITWORK_BACKUP_S3_ENDPOINT, and ZEITWORK_BACKUP_S3_ACCESS_KEY with ZEITWORK_BACKUP_S3_SECRET_KEY.")
	}

	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: endpoint.Scheme != "http", Region: c.Region,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the client of S3: %w", err)
	}

	client.SetAppInfo("zeitwork", version.Get().Version)

	return &bucket{client: client, name: name, prefix: prefix}, nil
}

// Put sends parts while the object is written. S3 shows the object once all of them are there.
func (b *bucket) Put(ctx context.Context, name string, object func(io.Writer) error) error {
	reader, writer := io.Pipe()
	written := make(chan error, 1)

	go func() {
		err := object(writer)
		_ = writer.CloseWithError(err) // It never fails.
		written <- err
	}()

	_, err := b.client.PutObject(ctx, b.name, path.Join(b.prefix, name), reader, -1, minio.PutObjectOptions{PartSize: partBytes})
	// Where S3 has failed nobody reads any more.
	_ = reader.CloseWithError(err) // It never fails.

	if cause := <-written; cause != nil && !errors.Is(cause, err) {
		err = errors.Join(cause, err)
	}

	if err != nil {
		return fmt.Errorf("write to S3: %w", err)
	}

	return nil
}

func (b *bucket) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	object, err := b.client.GetObject(ctx, b.name, path.Join(b.prefix, name), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("read from S3: %w", err)
	}

	return object, nil
}

func (b *bucket) List(ctx context.Context) ([]string, error) {
	prefix := ""
	if b.prefix != "" {
		prefix = b.prefix + "/"
	}

	var names []string

	for object := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: prefix}) {
		if object.Err != nil {
			return nil, fmt.Errorf("list the objects in S3: %w", object.Err)
		}

		names = append(names, strings.TrimPrefix(object.Key, prefix))
	}

	return names, nil
}

func (b *bucket) Delete(ctx context.Context, name string) error {
	if err := b.client.RemoveObject(ctx, b.name, path.Join(b.prefix, name), minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("delete from S3: %w", err)
	}

	return nil
}
