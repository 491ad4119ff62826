/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const strataShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn nearestNode_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var reachX_3: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_4: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_5: i32 = ((clamp_(x_1, ((0) - (reachX_3)), reachX_3)) + (9408));
  var v_6: i32 = ((clamp_(y_2, ((0) - (reachY_4)), reachY_4)) + (9408));
  return ((((((v_6) >> u32(7))) * (147))) + (((u_5) >> u32(7))));
}

fn lowestAt_(s_0: i32, node_1: i32) -> i32 {
  return memory[(((memory[(((s_0) + (200))) >> 2u]) + (((node_1) << u32(2))))) >> 2u];
}

fn highestAt_(s_0: i32, node_1: i32) -> i32 {
  return memory[(((memory[(((s_0) + (208))) >> 2u]) + (((node_1) << u32(2))))) >> 2u];
}

fn splineIn_(nodes_0: i32, k_1: i32, fx_2: i32, fy_3: i32) -> i32 {
  var nodesAt_4: i32 = memory[(nodes_0) >> 2u];
  var left_5: i32 = ((((128) - (fx_2))) * (((128) - (fx_2))));
  var right_6: i32 = ((fx_2) * (fx_2));
  var middle_7: i32 = ((((32768) - (left_5))) - (right_6));
  var a_8: i32 = ((((((((left_5) * (memory[(((nodesAt_4) + (((k_1) << u32(2))))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (4))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (8))) >> 2u]))))) >> u32(12));
  var b_9: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (588))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (592))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (596))) >> 2u]))))) >> u32(12));
  var c_10: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1176))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1180))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1184))) >> 2u]))))) >> u32(12));
  var top_11: i32 = ((((((128) - (fy_3))) * (((128) - (fy_3))))) >> u32(3));
  var bottom_12: i32 = ((((fy_3) * (fy_3))) >> u32(3));
  return ((((((((top_11) * (a_8))) + (((((((4096) - (top_11))) - (bottom_12))) * (b_9))))) + (((bottom_12) * (c_10))))) >> u32(12));
}

fn fieldAt_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var nodes_3: i32 = field_0;
  var reachX_4: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_5: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_6: i32 = ((clamp_(x_1, ((0) - (reachX_4)), reachX_4)) + (9408));
  var v_7: i32 = ((clamp_(y_2, ((0) - (reachY_5)), reachY_5)) + (9408));
  return splineIn_(nodes_3, ((((((((((v_7) >> u32(7))) - (1))) * (147))) + (((u_6) >> u32(7))))) - (1)), ((u_6) & (127)), ((v_7) & (127)));
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn levelIn_(s_0: i32, node_1: i32, x_2: i32, y_3: i32) -> i32 {
  if (((lowestAt_(s_0, node_1)) == (highestAt_(s_0, node_1)))) {
    return lowestAt_(s_0, node_1);
  }
  if ((!(((memory[(((s_0) + (12))) >> 2u]) != (0))) && !(onPlate_(s_0, x_2, y_3)))) {
    return memory[(((s_0) + (128))) >> 2u];
  }
  var h_4: i32 = fieldAt_(((s_0) + (68)), x_2, y_3);
  var b_5: i32 = fieldAt_(((s_0) + (84)), x_2, y_3);
  var i_6: i32 = ((memory[(((s_0) + (100))) >> 2u]) - (1));
  {
    loop {
      if (!((((i_6) > (0)) && ((((h_4) + (mul_(b_5, memory[(((memory[(((s_0) + (104))) >> 2u]) + (((i_6) << u32(2))))) >> 2u])))) < (memory[(((memory[(((s_0) + (120))) >> 2u]) + (((i_6) << u32(2))))) >> 2u]))))) { break; }
      i_6 = ((i_6) - (1));
      continuing {
      }
    }
  }
  if ((((i_6) <= (memory[(((s_0) + (176))) >> 2u])) && ((memory[(((s_0) + (172))) >> 2u]) > (0)))) {
    var dx_7: i32 = ((x_2) - (memory[(((s_0) + (164))) >> 2u]));
    var dy_8: i32 = ((y_3) - (memory[(((s_0) + (168))) >> 2u]));
    if (((((((dx_7) * (dx_7))) + (((dy_8) * (dy_8))))) < (((memory[(((s_0) + (172))) >> 2u]) * (memory[(((s_0) + (172))) >> 2u]))))) {
      return ((((2) * (memory[(((s_0) + (176))) >> 2u]))) + (1));
    }
  }
  return ((2) * (i_6));
}

fn levelAt_(s_0: i32, x_1: i32, y_2: i32) -> i32 {
  return levelIn_(s_0, nearestNode_(((s_0) + (68)), x_1, y_2), x_1, y_2);
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn castBy_(s_0: i32, x_1: i32, y_2: i32, level_3: i32, dx_4: i32, dy_5: i32, taps_6: i32, perLevel_7: i32, more_8: i32) -> i32 {
  var tapsAt_9: i32 = memory[(taps_6) >> 2u];
  var dark_10: i32 = 0;
  var last_11: i32 = 0;
  var from_12: i32 = 0;
  {
    var k_13: i32 = 0;
    loop {
      if (!(((k_13) < (memory[(((taps_6) + (4))) >> 2u])))) { break; }
      var d_14: i32 = memory[(((tapsAt_9) + (((k_13) << u32(2))))) >> 2u];
      var tx_15: i32 = ((x_1) + (mul_(dx_4, d_14)));
      var ty_16: i32 = ((y_2) + (mul_(dy_5, d_14)));
      var above_17: i32 = select(((levelAt_(s_0, tx_15, ty_16)) - (level_3)), 0, ((((highestAt_(s_0, nearestNode_(((s_0) + (68)), tx_15, ty_16))) - (level_3))) <= (last_11)));
      if (((above_17) > (last_11))) {
        last_11 = above_17;
        var length_18: i32 = ((((min(above_17, 5)) * (perLevel_7))) + (more_8));
        if (((length_18) > (from_12))) {
          var low_19: i32 = from_12;
          var high_20: i32 = d_14;
          {
            var i_21: i32 = 0;
            loop {
              if (!(((i_21) < (4)))) { break; }
              var middle_22: i32 = ((((low_19) + (high_20))) >> u32(1));
              if (((((levelAt_(s_0, ((x_1) + (mul_(dx_4, middle_22))), ((y_2) + (mul_(dy_5, middle_22))))) - (level_3))) >= (above_17))) {
                high_20 = middle_22;
              } else {
                low_19 = middle_22;
              }
              continuing {
                i_21 = ((i_21) + (1));
              }
            }
          }
          if (((length_18) > (high_20))) {
            dark_10 = max(dark_10, ((((((length_18) - (high_20))) * (8192))) / (((length_18) + (80)))));
          }
        }
      }
      from_12 = d_14;
      continuing {
        k_13 = ((k_13) + (1));
      }
    }
  }
  return dark_10;
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((148) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((148) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((148) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((148) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var colourAt_3: i32 = memory[(colour_1) >> 2u];
  var L_4: i32 = (*out_0)[0];
  var a_5: i32 = (*out_0)[1];
  var b_6: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_4) + (((((((memory[(colourAt_3) >> 2u]) - (L_4))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_5) + (((((((memory[(((colourAt_3) + (4))) >> 2u]) - (a_5))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_6) + (((((((memory[(((colourAt_3) + (8))) >> 2u]) - (b_6))) * (t_2))) >> u32(13))));
}

fn shadeStrata3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lattice_4: i32 = memory[(((s_0) + (16))) >> 2u];
  var edge_5: i32 = memory[(((s_0) + (192))) >> 2u];
  var level_6: i32 = levelAt_(s_0, x_1, y_2);
  if (((((level_6) & (1))) == (1))) {
    paint0_(out_3, ((s_0) + (140)));
  } else {
    var k_7: i32 = ((3) * (((level_6) >> u32(1))));
    (*out_3)[0] = memory[(((memory[(((s_0) + (132))) >> 2u]) + (((k_7) << u32(2))))) >> 2u];
    (*out_3)[1] = memory[(((((memory[(((s_0) + (132))) >> 2u]) + (((k_7) << u32(2))))) + (4))) >> 2u];
    (*out_3)[2] = memory[(((((memory[(((s_0) + (132))) >> 2u]) + (((k_7) << u32(2))))) + (8))) >> 2u];
  }
  var cast_8: i32 = castBy_(s_0, x_1, y_2, level_6, memory[(((s_0) + (180))) >> 2u], memory[(((s_0) + (184))) >> 2u], 64, memory[(((s_0) + (196))) >> 2u], 0);
  var sky_9: i32 = mul_(castBy_(s_0, x_1, y_2, level_6, ((0) - (memory[(((s_0) + (180))) >> 2u])), ((0) - (memory[(((s_0) + (184))) >> 2u])), 112, ((memory[(((s_0) + (196))) >> 2u]) >> u32(1)), 60), 5600);
  var dark_10: i32 = max(cast_8, sky_9);
  var fibre_11: i32 = noise_(((x_1) * (44)), ((y_2) * (13)), ((lattice_4) + (((level_6) * (7)))));
  var felt_12: i32 = ((noise_(((x_1) * (5)), ((y_2) * (5)), ((lattice_4) + (((level_6) * (11)))))) + (((noise_(((x_1) * (17)), ((y_2) * (17)), ((lattice_4) + (level_6)))) >> u32(1))));
  var cloud_13: i32 = noise_(x_1, y_2, ((((lattice_4) + (((level_6) * (5))))) + (300)));
  (*out_3)[0] = (((*out_3)[0]) + (mul_(((((((fibre_11) >> u32(7))) + (((felt_12) >> u32(7))))) + (((cloud_13) >> u32(6)))), ((memory[(((s_0) + (188))) >> 2u]) << u32(6)))));
  if (((dark_10) > (0))) {
    var k_14: i32 = mul_(dark_10, ((6144) + (((dark_10) >> u32(2)))));
    dim0_(out_3, ((8192) - (mul_(k_14, 4300))));
    (*out_3)[2] = (((*out_3)[2]) - (mul_(k_14, 40)));
  }
  if ((((dark_10) < (3000)) && ((edge_5) > (0)))) {
    var behind_15: i32 = levelAt_(s_0, ((x_1) + (mul_(memory[(((s_0) + (180))) >> 2u], 30))), ((y_2) + (mul_(memory[(((s_0) + (184))) >> 2u], 30))));
    if (((behind_15) < (level_6))) {
      blend0_(out_3, 212, min(5200, ((edge_5) * (((8) + (((4) * (min(4, ((level_6) - (behind_15)))))))))));
    }
  }
  (*out_3)[0] = clamp_((*out_3)[0], 0, 4080);
}

fn surroundStrata3_(_s_0: i32, _x_1: i32, _y_2: i32, _out_3: ptr<function, array<i32, 3>>) {
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeStrata3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundStrata3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
