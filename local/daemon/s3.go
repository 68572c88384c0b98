package daemon

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/zeitwork/zeitwork/internal/process"
)

const (
	s3Program = "versitygw"
	s3Name    = "s3"
	s3Region  = "us-east-1"
)

// Bucket is a bucket of an S3 server, and how it is reached.
type Bucket struct {
	// Endpoint is the server's URL. The bucket's name stands in the path of requests.
	Endpoint             string
	Region, Name         string
	AccessKey, SecretKey string
}

// S3 is an S3 server with one bucket, whose objects are files in the home.
type S3 struct {
	Home process.Home
	// Bin is the folder of versitygw.
	Bin string
	// Port is a free TCP port on the loopback interface.
	Port int
	// BucketName is the name of the bucket, which is made.
	BucketName string
	// AccessKey and SecretKey are what the server's only user signs requests with.
	AccessKey, SecretKey string
}

// Start starts the server. The process's address is its host and port.
func (s S3) Start(ctx context.Context) (*process.Process, error) {
	folder := s.Home.Folder(s3Name, "buckets")

	if err := os.MkdirAll(filepath.Join(folder, s.BucketName), 0o700); err != nil {
		return nil, fmt.Errorf("make the bucket: %w", err)
	}

	if err := process.EndLeftovers(ctx, s3Program, folder); err != nil {
		return nil, err
	}

	address := s.address()

	return s.Home.Start(ctx, process.Spec{
		Name: s3Name, Program: filepath.Join(s.Bin, s3Program), Arguments: []string{"--quiet", "--port", address, "posix", folder}, Address: address,
		Environment: process.Environment(s.Bin,
			"ROOT_ACCESS_KEY_ID="+s.AccessKey, "ROOT_SECRET_ACCESS_KEY="+s.SecretKey, "VGW_REGION="+s3Region),
		Ready: func(ctx context.Context) error { return answersHTTP(ctx, "http://"+address+"/") },
	})
}

// Bucket returns how the bucket is reached.
func (s S3) Bucket() Bucket {
	return Bucket{
		Endpoint: "http://" + s.address(), Region: s3Region, Name: s.BucketName, AccessKey: s.AccessKey, SecretKey: s.SecretKey,
	}
}

// HasObjects tells whether anything was ever put into the bucket.
func (s S3) HasObjects() bool {
	entries, err := os.ReadDir(s.Home.Folder(s3Name, "buckets", s.BucketName))

	return err == nil && len(entries) > 0
}

func (s S3) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) }
