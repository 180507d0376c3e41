// Starts a PLC directory (identities, kept in memory) and a Bluesky PDS beside it, both on 127.0.0.1 only.
//
// Usage: node serve.js FOLDER      (NODE_PATH points at the installed node_modules)
// Everything is written below FOLDER. When it answers, one line of JSON is printed:
//   {"pds": "http://localhost:PORT", "plc": "http://127.0.0.1:PORT"}
// It ends when its standard input closes, so it never outlives the test run that started it.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");

const FOLDER = process.argv[2];

// Both servers call listen(port) and would accept visitors from every interface.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...others) {
  return listen.call(this, { port, host: "127.0.0.1" }, ...others);
};

function freePort() {
  return new Promise((found) => {
    const probe = net.createServer().listen(0, () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

async function startDirectory() {
  const { Database, PlcServer } = require("@did-plc/server");
  const server = await PlcServer.create({ db: Database.mock(), port: 0 }).start();
  return `http://127.0.0.1:${server.address().port}`;
}

function settings(port, plc) {
  const folder = (name) => {
    const made = path.join(FOLDER, name);
    fs.mkdirSync(made, { recursive: true });
    return made;
  };
  return {
    port,
    hostname: "localhost",
    devMode: true,
    disableSsrfProtection: true,
    didPlcUrl: plc,
    enableDidDocWithSession: true,
    inviteRequired: false,
    dataDirectory: folder("data"),
    blobstoreDiskLocation: folder("blobs"),
    blobstoreDiskTmpLocation: folder("blobs-arriving"),
    crawlers: [],
    // The tests sign an outdated access token with this, so it comes from them.
    jwtSecret: process.env.PDS_JWT_SECRET,
    adminPassword: "administrator",
    plcRotationKeyK256PrivateKeyHex: crypto.randomBytes(32).toString("hex"),
  };
}

async function startServer(plc) {
  const { PDS, envToCfg, envToSecrets } = require("@atproto/pds");
  const environment = settings(await freePort(), plc);
  const pds = await PDS.create(envToCfg(environment), envToSecrets(environment));
  await pds.start();
  return `http://localhost:${environment.port}`;
}

async function main() {
  const plc = await startDirectory();
  const pds = await startServer(plc);
  process.stdin.resume().on("end", () => process.exit(0));
  console.log(JSON.stringify({ pds, plc }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
