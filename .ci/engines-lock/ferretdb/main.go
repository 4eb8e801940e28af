// A MongoDB server for the tests: FerretDB, which keeps its documents in PostgreSQL. FerretDB's own command refuses to start when it
// was not built from its repository; this is the way that it offers to other programs.
//
//	ferretdb 127.0.0.1:27017 postgres://user@127.0.0.1:5432/database
package main

import (
	"context"
	"log"
	"os"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:      ferretdb.ListenerConfig{TCP: os.Args[1]},
		Handler:       "postgresql",
		PostgreSQLURL: os.Args[2],
	})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Run(context.Background()))
}
