// A container's names in each engine's own annotations, and what its metadata requests.
#include "supervisor/oci/container_names.h"

#include <gtest/gtest.h>

#include "supervisor/oci/container_state.h"

namespace scsup::oci {
namespace {

using Words = std::map<std::string, std::string>;

TEST(ContainerNames, OfContainerdsKubernetes) {
  const auto names = names_of({{"io.kubernetes.cri.container-name", "web"},
                               {"io.kubernetes.cri.container-type", "container"},
                               {"io.kubernetes.cri.image-name", "docker.io/library/nginx:1.25"},
                               {"io.kubernetes.cri.sandbox-id", "0123"},
                               {"io.kubernetes.cri.sandbox-name", "web-7f"},
                               {"io.kubernetes.cri.sandbox-namespace", "shop"}},
                              "/run/containerd/io.containerd.runtime.v2.task/k8s.io/0123");
  EXPECT_EQ(names.name, "web");
  EXPECT_EQ(names.image, "docker.io/library/nginx:1.25");
  EXPECT_EQ(names.pod, "web-7f");
  EXPECT_EQ(names.pod_namespace, "shop");
  EXPECT_EQ(names.engine, "containerd");
}

TEST(ContainerNames, OfCriO) {
  const Words annotations = {{"io.container.manager", "cri-o"},
                             {"io.kubernetes.container.name", "web"},
                             {"io.kubernetes.cri-o.ContainerName", "k8s_web_web-7f_shop_uid_0"},
                             {"io.kubernetes.cri-o.ImageName", "quay.io/shop/web:2"},
                             {"io.kubernetes.cri-o.Image", "sha256:00"},
                             {"io.kubernetes.pod.name", "web-7f"},
                             {"io.kubernetes.pod.namespace", "shop"}};
  const auto names = names_of(annotations, "/run/containers/storage/overlay-containers/0123/userdata");
  EXPECT_EQ(names.name, "web");
  EXPECT_EQ(names.image, "quay.io/shop/web:2");
  EXPECT_EQ(names.pod, "web-7f");
  EXPECT_EQ(names.pod_namespace, "shop");
  EXPECT_EQ(names.engine, "cri-o");
}

TEST(ContainerNames, OfCriOWithoutTheKubeletsLabels) {
  const auto names = names_of({{"io.kubernetes.cri-o.ContainerName", "k8s_web_web-7f_shop_uid_0"},
                               {"io.kubernetes.cri-o.Image", "sha256:00"},
                               {"io.kubernetes.cri-o.KubeName", "web-7f"},
                               {"io.kubernetes.cri-o.Namespace", "shop"}},
                              "");
  EXPECT_EQ(names.name, "k8s_web_web-7f_shop_uid_0");
  EXPECT_EQ(names.image, "sha256:00");
  EXPECT_EQ(names.pod, "web-7f");
  EXPECT_EQ(names.pod_namespace, "shop");
  EXPECT_EQ(names.engine, "");
}

TEST(ContainerNames, OfPodmanWhichTellsOnlyThatItIsPodman) {
  const auto names = names_of({{"io.container.manager", "libpod"},
                               {"io.podman.annotations.autoremove", "TRUE"},
                               {"org.opencontainers.image.stopSignal", "15"}},
                              "/var/lib/containers/storage/vfs-containers/0123/userdata");
  EXPECT_EQ(names.engine, "podman");
  EXPECT_EQ(names.name + names.image + names.pod + names.pod_namespace, "");
}

TEST(ContainerNames, OfDockerAndContainerdByTheBundle) {
  EXPECT_EQ(names_of({}, "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/0123").engine,
            "docker");
  EXPECT_EQ(names_of({}, "/run/containerd/io.containerd.runtime.v2.task/default/c1").engine, "containerd");
  EXPECT_EQ(names_of({}, "/home/moby/c1").engine, "");
  EXPECT_EQ(names_of({{"io.kubernetes.cri.sandbox-id", "0"}}, ".").engine, "containerd");
  EXPECT_EQ(names_of({{"io.kubernetes.cri", "0"}, {"io.kubernetes.crj", "0"}}, ".").engine, "");
}

TEST(ContainerNames, AnEmptyOrEndlessAnnotationIsNoName) {
  const auto names = names_of({{"io.kubernetes.cri.container-name", ""},
                               {"io.kubernetes.container.name", "web"},
                               {"org.opencontainers.image.ref.name", std::string(name_limit + 1, 'x')},
                               {"io.container.manager", std::string(name_limit + 1, 'x')}},
                              "");
  EXPECT_EQ(names.name, "web");
  EXPECT_EQ(names.image, "");
  EXPECT_EQ(names.engine, "containerd") << "by its annotations: its manager's name is none";
  EXPECT_EQ(names_of({{"org.opencontainers.image.ref.name", std::string(name_limit, 'x')}}, "").image.size(),
            name_limit);
}

TEST(Metadata, IsPairsAndUnknownOnesAreKept) {
  EXPECT_EQ(parse_metadata("policy=web;sha=00ff"), (Words{{"policy", "web"}, {"sha", "00ff"}}));
  EXPECT_EQ(parse_metadata(" policy = web ; ;x=a=b;"), (Words{{"policy", "web"}, {"x", "a=b"}}));
  EXPECT_EQ(parse_metadata("web"), (Words{{"web", ""}}));
  EXPECT_EQ(parse_metadata("policy=a;policy=b"), (Words{{"policy", "a"}}));
  EXPECT_EQ(parse_metadata(""), Words());
  EXPECT_EQ(parse_metadata("=x;;="), Words());
}

}  // namespace
}  // namespace scsup::oci
