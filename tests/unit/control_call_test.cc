// Framing and parsing of the control socket's messages, and the replies.
#include <gtest/gtest.h>

#include "supervisor/control/inbox.h"
#include "supervisor/control/interface.h"
#include "supervisor/control/methods.h"
#include "supervisor/control/wire.h"
#include "tests/unit/control_sample.h"

namespace scsup::control {
namespace {

std::vector<std::string> messages_in(Inbox& inbox) {
  std::vector<std::string> messages;
  for (auto message = inbox.next(); message && *message; message = inbox.next())
    messages.push_back(**message);
  return messages;
}

TEST(Framing, MessagesAreTheSameHoweverTheStreamIsCut) {
  const std::string stream("one\0\0three, longer\0fo", 21);
  const std::vector<std::string> whole = {"one", "", "three, longer"};
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      Inbox inbox(100);
      std::vector<std::string> got;
      for (const std::string& part :
           {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}) {
        inbox.add(part);
        for (std::string& message : messages_in(inbox)) got.push_back(std::move(message));
      }
      EXPECT_EQ(got, whole) << first << ", " << second;
      EXPECT_EQ(inbox.size(), 2u);
    }
  }
}

TEST(Framing, MessagesThatAreTakenLateAreTheSame) {
  Inbox inbox(100);
  for (const char byte : std::string("one\0two\0thr", 11)) inbox.add({&byte, 1});
  EXPECT_EQ(messages_in(inbox), (std::vector<std::string>{"one", "two"}));
  inbox.add(std::string("ee\0", 3));
  EXPECT_EQ(messages_in(inbox), std::vector<std::string>{"three"});
  EXPECT_EQ(inbox.size(), 0u);
}

TEST(Framing, TheLimitIsThatOfOneMessage) {
  for (const bool with_nul : {false, true}) {
    Inbox inbox(4);
    inbox.add(std::string("four\0four\0", 10));
    EXPECT_EQ(messages_in(inbox).size(), 2u);
    inbox.add(with_nul ? std::string("fives\0", 6) : "fives");
    const auto message = inbox.next();
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().err, EMSGSIZE);
  }
}

TEST(Framing, AMegabyteByteByByteIsSearchedOnce) {
  Inbox inbox(2u << 20);
  for (int i = 0; i < 1 << 20; ++i) {  // 2^39 steps if each one looked at everything again
    inbox.add("x");
    ASSERT_FALSE(*inbox.next());
  }
  inbox.add(std::string_view("", 1));
  EXPECT_EQ((**inbox.next()).size(), 1u << 20);
}

std::string reason_against(const std::string& message) {
  const auto call = read_call(message);
  if (call) return "taken";
  EXPECT_EQ(call.error().error, "io.scsup.control.BrokenMessage");
  return call.error().parameters["reason"];
}

TEST(Reading, ACallIsTakenAsVarlinkWritesIt) {
  const auto call = read_call(
      R"({"method":"io.scsup.control.Kill","parameters":{"session":7},"more":true,"oneway":false})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "io.scsup.control.Kill");
  EXPECT_EQ(call->parameters, Json({{"session", 7}}));
  EXPECT_FALSE(call->oneway);
  EXPECT_EQ(read_call(R"({"method":"a.B"})")->parameters, Json::object());
  EXPECT_EQ(read_call(R"({"method":"a.B","parameters":null,"oneway":true})")->oneway, true);
}

TEST(Reading, WhatIsNoCallIsRefusedWithItsReason) {
  EXPECT_EQ(reason_against(""), "this is no JSON: it goes wrong at byte 1");
  EXPECT_EQ(reason_against("{\"method\":"), "this is no JSON: it goes wrong at byte 11");
  EXPECT_EQ(reason_against("{\"method\":\"\xff\"}").substr(0, 15), "this is no JSON");
  EXPECT_EQ(reason_against("[]"), "a call is a JSON object");
  EXPECT_EQ(reason_against("5"), "a call is a JSON object");
  EXPECT_EQ(reason_against("{}"), "\"method\" is missing");
  EXPECT_EQ(reason_against(R"({"method":5})"), "\"method\" is a string");
  EXPECT_EQ(reason_against(R"({"method":"a.B","parameters":[]})"), "\"parameters\" is an object");
  EXPECT_EQ(reason_against(R"({"method":"a.B","more":1})"), "\"more\" is true or false");
  EXPECT_EQ(reason_against(R"({"method":"a.B","oneway":"x"})"), "\"oneway\" is true or false");
  EXPECT_EQ(reason_against(R"({"method":"a.B","upgrade":true})"),
            "\"upgrade\": there is no other protocol here");
  EXPECT_NE(reason_against(R"({"method":"a.B","paramters":{}})").find("no such member"), std::string::npos);
}

TEST(Reading, AShortTextDoesNotMakeALargeTree) {
  EXPECT_EQ(reason_against(std::string(1 << 20, '[')), "this is nested deeper than 8 levels");
  std::string many = R"({"method":"a.B","parameters":{"names":[)";
  for (int i = 0; i < 5000; ++i) many += "[],";
  EXPECT_EQ(reason_against(many + "0]}}"), "this is more than 4096 values in one message");
}

Json asked(SampleService& service, const std::string& method, const Json& parameters = Json::object()) {
  const Answer answered = answer(service, Json{{"method", method}, {"parameters", parameters}}.dump());
  EXPECT_FALSE(answered.hang_up);
  EXPECT_TRUE(answered.reply.ends_with('\0')) << answered.reply;
  return Json::parse(answered.reply.substr(0, answered.reply.size() - 1));
}

TEST(Methods, VarlinkToolsFindTheirWay) {
  SampleService service;
  const Json info = asked(service, "org.varlink.service.GetInfo")["parameters"];
  EXPECT_EQ(info["version"], SCSUP_VERSION);
  ASSERT_EQ(info["interfaces"], Json({"org.varlink.service", "io.scsup.control"}));
  for (const Json& interface : info["interfaces"]) {
    const Json told = asked(service, "org.varlink.service.GetInterfaceDescription",
                            {{"interface", interface}})["parameters"];
    const std::string description = told["description"];
    EXPECT_NE(description.find("\ninterface " + interface.get<std::string>() + "\n"), std::string::npos);
  }
  const Json unknown = asked(service, "org.varlink.service.GetInterfaceDescription", {{"interface", "a.b"}});
  EXPECT_EQ(unknown["error"], "org.varlink.service.InterfaceNotFound");
  EXPECT_EQ(unknown["parameters"]["interface"], "a.b");
}

TEST(Methods, UnknownOnesAreToldApart) {
  SampleService service;
  EXPECT_EQ(asked(service, "io.scsup.control.Sesions"),
            Json({{"error", "org.varlink.service.MethodNotFound"},
                  {"parameters", {{"method", "io.scsup.control.Sesions"}}}}));
  EXPECT_EQ(asked(service, "io.systemd.Manager.List")["parameters"]["interface"], "io.systemd.Manager");
  EXPECT_EQ(asked(service, "Sessions")["error"], "org.varlink.service.InterfaceNotFound");
}

TEST(Methods, EveryOneIsDescribed) {
  SampleService service;
  const std::string described = own_description;
  for (std::size_t at = described.find("\nmethod "); at != std::string::npos;
       at = described.find("\nmethod ", at + 1)) {
    const std::string name = described.substr(at + 8, described.find('(', at) - at - 8);
    const Json reply = asked(service, "io.scsup.control." + name);
    EXPECT_NE(reply.value("error", ""), "org.varlink.service.MethodNotFound") << name;
  }
}

TEST(Methods, WrongParametersAreNamed) {
  SampleService service;
  const std::vector<std::tuple<std::string, Json, std::string>> cases = {
      {"Inspect", Json::object(), "session"},
      {"Inspect", {{"session", "1"}}, "session"},
      {"Inspect", {{"session", -1}}, "session"},
      {"Inspect", {{"session", 1.0}}, "session"},
      {"Inspect", {{"session", std::uint64_t{1} << 32}}, "session"},
      {"Kill", {{"session", nullptr}}, "session"},
      {"Reload", {{"names", "web"}}, "names"},
      {"Reload", {{"names", {1}}}, "names"},
      {"Reload", {{"name", {"web"}}}, "name"},
      {"SetPolicy", {{"session", 1}, {"file", "f"}}, "text"},
      {"SetPolicy", {{"session", 1}, {"file", 5}, {"text", "{}"}}, "file"},
      {"Sessions", {{"session", 1}}, "session"},
      {"Top", {{"x", 1}}, "x"}};
  for (const auto& [method, parameters, wrong] : cases) {
    const Json reply = asked(service, "io.scsup.control." + method, parameters);
    EXPECT_EQ(reply["error"], "org.varlink.service.InvalidParameter") << method << parameters;
    EXPECT_EQ(reply["parameters"]["parameter"], wrong) << method << parameters;
  }
}

TEST(Methods, FailuresOfTheServiceKeepTheirKind) {
  SampleService service;
  for (const char* method : {"Inspect", "Kill"})
    EXPECT_EQ(asked(service, std::string("io.scsup.control.") + method, {{"session", 9}}),
              Json({{"error", "io.scsup.control.NoSuchSession"}, {"parameters", {{"session", 9}}}}));
  const Json none = asked(service, "io.scsup.control.Reload", {{"names", {"none"}}});
  EXPECT_EQ(none["error"], "io.scsup.control.NoSuchPolicy");
  EXPECT_EQ(none["parameters"]["reason"], "there is no policy 'none' here");
  const Json disk = asked(service, "io.scsup.control.Reload", {{"names", {"disk"}}});
  EXPECT_EQ(disk["error"], "io.scsup.control.Failed");
  EXPECT_EQ(disk["parameters"]["errno"], EIO);
  EXPECT_EQ(disk["parameters"]["reason"], "cannot read 'disk.json': Input/output error");
}

TEST(Methods, WhoWantsNoReplyGetsNone) {
  SampleService service;
  EXPECT_EQ(
      answer(service, R"({"method":"io.scsup.control.Kill","parameters":{"session":1},"oneway":true})").reply,
      "");
  EXPECT_EQ(service.sessions().size(), 1u);  // the call was executed all the same
}

TEST(Methods, ABrokenMessageIsTheLastOne) {
  SampleService service;
  EXPECT_TRUE(answer(service, "{").hang_up);
}

TEST(Methods, TopTellsAllCountsOfOneMoment) {
  SampleService service;
  const Json top = asked(service, "io.scsup.control.Top")["parameters"];
  EXPECT_GT(top["mono_us"], 0);
  EXPECT_GT(top["now_us"], 1'600'000'000'000'000);
  EXPECT_EQ(top["sessions"].size(), 2u);
  ASSERT_EQ(top["rules"].size(), 2u);
  EXPECT_EQ(top["rules"][0]["session"], 1);
  EXPECT_EQ(top["rules"][0]["rules"][0]["slowest_ns"], 90'000);
}

TEST(Wire, EachFieldComesThrough) {
  SampleService service;
  const Json inspection = to_wire(*service.inspect(2));
  Inspection read;
  from_wire(Json::parse(inspection.dump()), read);
  EXPECT_EQ(to_wire(read), inspection);
  EXPECT_EQ(read.session.generations.size(), 2u);
  EXPECT_EQ(read.session.generations[1].counts.emulated, 1u);
  EXPECT_EQ(read.session.container["image"], "nginx:1.25");
  EXPECT_EQ(read.session.since_unix_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(read.processes, (std::vector<pid_t>{1002, 1003}));

  const Json reloaded = to_wire(*service.reload({"web", "bad"}));
  EXPECT_EQ(to_wire(list_from_wire<Reloaded>({{"policies", reloaded}}, "policies")), reloaded);
}

TEST(Wire, AReaderTakesWhatItUnderstands) {
  SessionState session;
  from_wire(
      {{"number", "7"}, {"command", 5}, {"pid", 1u << 31}, {"generations", {1, nullptr}}, {"new", true}},
      session);
  EXPECT_EQ(session.number, 0u);
  EXPECT_EQ(session.pid, 0);
  EXPECT_EQ(session.generations.size(), 1u);
}

TEST(Wire, EveryByteOfAReplyIsAscii) {
  SampleService service;
  SessionState session = sample_session(1);
  session.command = "a\x1b[31m\xff\xc3\xa4\x7f\xc2\x9b";
  service.set_sessions({session});
  const std::string reply = answer(service, R"({"method":"io.scsup.control.Sessions"})").reply;
  for (const char c : reply.substr(0, reply.size() - 1)) EXPECT_TRUE(c >= ' ' && c < '\x7f') << reply;
  EXPECT_NE(reply.find(R"("a\u001b[31m\ufffd\u00e4\u007f\u009b")"), std::string::npos) << reply;
}

}  // namespace
}  // namespace scsup::control
