// Starts the web push service on a free port of 127.0.0.1 and prints that port on a line of its own.
//
// Usage: node serve.js      (NODE_PATH points at the installed node_modules)
// It ends when its standard input closes, so it never outlives the test run that started it.
"use strict";

const net = require("node:net");

const Server = require("web-push-testing/src/server.js");
const { PushApiModel } = require("web-push-testing/src/PushApiModel.js");

// The service calls listen(port) and would accept visitors from every interface.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...others) {
  return listen.call(this, { port, host: "127.0.0.1" }, ...others);
};

const model = new PushApiModel();
const service = new Server(model, 0);
service.startServer();
// Real services take a message for what it is; this one reads it as bytes only when its type says so.
service._server.prependListener("request", ({ headers }) => {
  headers["content-type"] ??= "application/octet-stream";
});
service._server.on("listening", () => {
  const { port } = service._server.address();
  // Computed by the service from the port that it was given, before there was a real one.
  model.notifyUrl = `http://127.0.0.1:${port}/notify/`;
  console.log(`port ${port}`);
});
process.stdin.resume().on("end", () => process.exit(0));
