using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "main",
      worker = (
        modules = [ ( name = "worker.js", esModule = embed "../dist/worker.js" ) ],
        compatibilityDate = "2026-01-01" ) ),
    # By default a Worker reaches public addresses only.
    ( name = "internet", network = (allow = ["private", "local"]) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ]
);
